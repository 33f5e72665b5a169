import { expect } from 'vitest'

import { type Scenario, type Step, part, proveScenarios, unit } from '../support/scenario.ts'
import { START } from '../support/station.ts'

const LONG = 'P'.repeat(60)

const create: Scenario[] = [
  {
    fact: 'a part comes with its first revision, in one transaction',
    request: 'POST /v2/parts',
    body: { number: 'P-1', name: 'Pump' },
    status: 200,
    wrote: ['part.create', 'revision.create'],
    rows: { parts: ['P-1 Pump'], revisions: ['P-1/A'] },
  },
  {
    fact: 'the creator may name that revision, and leave the name out',
    request: 'POST /v2/parts',
    by: 'station',
    body: { number: 'P', revision_number: 'R2' },
    status: 200,
    rows: { parts: ['P Unnamed part'], revisions: ['P/R2'] },
  },
  {
    fact: 'a taken number is 409 in any case, and nothing of the request stays',
    given: [part('P')],
    request: 'POST /v2/parts',
    body: { number: 'p', revision_number: 'B' },
    status: 409,
    says: 'already exists',
    answer: { existing_id: '$1' },
  },
  {
    fact: 'a number of 61 characters is refused in words',
    request: 'POST /v2/parts',
    body: { number: `${LONG}P` },
    status: 400,
    says: 'Part number must contain at most 60 characters',
  },
  {
    fact: 'no number is refused',
    request: 'POST /v2/parts',
    body: { name: 'Pump' },
    status: 400,
    says: 'Part number is required',
  },
  {
    fact: 'a name of 255 characters is taken',
    request: 'POST /v2/parts',
    body: { number: 'P', name: 'ü'.repeat(255) },
    status: 200,
  },
  {
    fact: 'a name of 256 characters is refused',
    request: 'POST /v2/parts',
    body: { number: 'P', name: 'n'.repeat(256) },
    status: 400,
    says: 'Part name must contain at most 255 characters',
  },
  ...['', '   '].map((name): Scenario => ({
    fact: `the name ${JSON.stringify(name)} is refused`,
    request: 'POST /v2/parts',
    body: { number: 'P', name },
    status: 400,
    says: 'Part name must not be empty',
  })),
  ...['a\0b', 'a\ud800b'].map((name): Scenario => ({
    fact: `the name ${JSON.stringify(name)} cannot be stored`,
    request: 'POST /v2/parts',
    body: { number: 'P', name },
    status: 400,
    says: 'Part name is invalid',
  })),
  {
    fact: 'a bad revision number is refused',
    request: 'POST /v2/parts',
    body: { number: 'P', revision_number: 'a b' },
    status: 400,
    says: 'Revision number is invalid',
  },
]

const get: Scenario[] = [
  {
    fact: 'a part is shown with its revisions in the order of their making',
    given: [part('Pn', { name: 'Pump' }), 1000, ['POST /v2/parts/pN/revisions', { number: '0' }, 'station']],
    request: 'GET /v2/parts/pN',
    by: 'station',
    status: 200,
    answer: {
      id: '$1',
      number: 'Pn',
      name: 'Pump',
      created_at: START,
      created_by_user: { id: '$user', name: 'Ada' },
      created_by_station: null,
      revisions: [
        { id: expect.any(String), number: 'A', created_at: START },
        { id: '$2', number: '0', created_at: '2026-01-01T00:00:01.000Z' },
      ],
    },
  },
  { fact: 'an unknown part is 404', request: 'GET /v2/parts/P', status: 404, says: 'Part P not found' },
]

const update: Scenario[] = [
  {
    fact: 'number and name change together',
    given: [part('P', { name: 'Pump' }), 1000],
    request: 'PATCH /v2/parts/p',
    body: { new_number: 'Q', name: 'Queue' },
    status: 200,
    answer: { id: '$1', number: 'Q', name: 'Queue', updated_at: '2026-01-01T00:00:01.000Z' },
    wrote: ['part.update'],
    rows: { parts: ['Q Queue'], revisions: ['Q/A'] },
  },
  {
    fact: 'the same number with a new name is no conflict',
    given: [part('P', { name: 'Pump' })],
    request: 'PATCH /v2/parts/P',
    body: { new_number: 'P', name: 'Queue' },
    status: 200,
    rows: { parts: ['P Queue'] },
  },
  {
    fact: 'a name alone leaves the number',
    given: [part('P')],
    request: 'PATCH /v2/parts/P',
    body: { name: 'Pump' },
    status: 200,
    answer: { number: 'P', name: 'Pump' },
  },
  {
    fact: 'a taken number is 409',
    given: [part('P'), part('Q')],
    request: 'PATCH /v2/parts/P',
    body: { new_number: 'q', name: 'Queue' },
    status: 409,
    answer: { existing_id: '$2' },
  },
  ...[{}, { number: 'Q' }].map((body): Scenario => ({
    fact: `nothing to change is refused: ${JSON.stringify(body)}`,
    given: [part('P')],
    request: 'PATCH /v2/parts/P',
    body,
    status: 400,
    says: 'Nothing to change',
  })),
  { fact: 'an unknown part is not changed', request: 'PATCH /v2/parts/P', body: { name: 'x' }, status: 404 },
  {
    fact: 'a station may not change parts',
    request: 'PATCH /v2/parts/P',
    by: 'station',
    body: {},
    status: 403,
  },
]

const remove: Scenario[] = [
  {
    fact: 'an unused part goes with its revisions',
    given: [part('P'), ['POST /v2/parts/P/revisions', { number: 'B' }], part('Q')],
    request: 'DELETE /v2/parts/p',
    status: 200,
    answer: { id: '$1', deletedRevisionIds: [expect.any(String), '$2'] },
    wrote: ['part.delete'],
    rows: { parts: ['Q Unnamed part'], revisions: ['Q/A'] },
  },
  {
    fact: 'a part with a unit stays',
    given: [part('P'), ['POST /v2/parts/P/revisions', { number: 'B' }], unit('S')],
    request: 'DELETE /v2/parts/P',
    status: 409,
    says: 'still used by units',
  },
  {
    fact: 'and goes once its units are gone',
    given: [part('P'), unit('S'), ['DELETE /v2/units?serial_numbers=S']],
    request: 'DELETE /v2/parts/P',
    status: 200,
    rows: { parts: [], revisions: [], units: [] },
  },
  { fact: 'an unknown part is not deleted', request: 'DELETE /v2/parts/P', status: 404 },
  { fact: 'a station may not delete parts', request: 'DELETE /v2/parts/P', by: 'station', status: 403 },
  { fact: 'no number deletes nothing', given: [part('P')], request: 'DELETE /v2/parts/', status: 404 },
]

const shelf: Step[] = [
  part('P2', { name: 'alpha' }),
  1000,
  part('p1', { name: 'Beta' }),
  part('X_3', { name: 'beta 100%', revision_number: 'rev7' }),
]

/** Query → the numbers it answers, in order. */
const found: Record<string, readonly string[]> = {
  '': ['X_3', 'p1', 'P2'],
  'sort_order=asc': ['P2', 'p1', 'X_3'],
  'sort_by=number&sort_order=asc': ['p1', 'P2', 'X_3'],
  'sort_by=number': ['X_3', 'P2', 'p1'],
  'sort_by=name&sort_order=asc': ['P2', 'p1', 'X_3'],
  'sort_by=name': ['X_3', 'p1', 'P2'],
  'search_query=BETA': ['X_3', 'p1'],
  'search_query=p': ['p1', 'P2'],
  'search_query=EV7': ['X_3'],
  'search_query=%25': ['X_3'],
  'search_query=_': ['X_3'],
  'search_query=': ['X_3', 'p1', 'P2'],
  'procedure_ids=any': [],
  'cursor=3': [],
  'limit=100': ['X_3', 'p1', 'P2'],
}

const lists = Object.entries(found).map(([query, numbers]): Scenario => ({
  fact: `GET /v2/parts?${query}`,
  given: shelf,
  request: `GET /v2/parts?${query}`,
  by: 'station',
  status: 200,
  answer: { data: numbers.map((number) => ({ number })), meta: { has_more: false, next_cursor: null } },
}))

const pages: Scenario[] = [
  {
    fact: 'an item has its revisions',
    given: shelf,
    request: 'GET /v2/parts?limit=1&cursor=0',
    status: 200,
    answer: {
      data: [
        {
          id: '$3',
          number: 'X_3',
          name: 'beta 100%',
          created_at: '2026-01-01T00:00:01.000Z',
          revisions: [{ id: expect.any(String), number: 'rev7' }],
        },
      ],
      meta: { has_more: true, next_cursor: 1 },
    },
  },
  {
    fact: 'an unknown order is refused',
    request: 'GET /v2/parts?sort_by=revision',
    status: 400,
    says: 'Sort by must be name, number or created_at',
  },
]

proveScenarios([...create, ...get, ...update, ...remove, ...lists, ...pages])
