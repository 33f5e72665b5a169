import { type Scenario, part, proveScenarios, unit } from '../support/scenario.ts'
import { START } from '../support/station.ts'

const REVISIONS = '/v2/parts/P/revisions'
const revision = (number: string) => [`POST ${REVISIONS}`, { number }] as const

const create: Scenario[] = [
  {
    fact: 'a revision is created',
    given: [part('P')],
    request: `POST /V2/Parts/p/REVISIONS`,
    by: 'station',
    body: { number: 'B' },
    status: 200,
    wrote: ['revision.create'],
    rows: { revisions: ['P/A', 'P/B'] },
  },
  {
    fact: 'a number stands once in a part, in any case',
    given: [part('P'), revision('b')],
    request: `POST ${REVISIONS}`,
    body: { number: 'B' },
    status: 409,
    says: 'already exists',
    answer: { existing_id: '$2' },
  },
  {
    fact: 'and once in every other part too',
    given: [part('P'), part('Q')],
    request: 'POST /v2/parts/Q/revisions',
    body: { number: 'B' },
    status: 200,
    rows: { revisions: ['P/A', 'Q/A', 'Q/B'] },
  },
  {
    fact: 'an unknown part has no revisions',
    request: `POST ${REVISIONS}`,
    body: { number: 'B' },
    status: 404,
    says: 'Part P not found',
  },
  {
    fact: 'an empty number is refused',
    request: `POST ${REVISIONS}`,
    body: { number: '' },
    status: 400,
    says: 'Revision number must not be empty',
  },
  {
    fact: 'a long number is refused',
    request: `POST ${REVISIONS}`,
    body: { number: 'r'.repeat(61) },
    status: 400,
    says: 'Revision number must contain at most 60 characters',
  },
]

const get: Scenario[] = [
  {
    fact: 'a revision is shown with its part and its units',
    given: [
      part('P', { name: 'Pump' }),
      revision('B'),
      unit('s2'),
      unit('S1'),
      unit('T', { revision_number: 'b' }),
    ],
    request: `GET ${REVISIONS}/a`,
    by: 'station',
    status: 200,
    answer: {
      number: 'A',
      created_at: START,
      created_by_user: { id: '$user', name: 'Ada' },
      created_by_station: null,
      part: { id: '$1', number: 'P', name: 'Pump' },
      units: [
        { id: '$4', serial_number: 'S1' },
        { id: '$3', serial_number: 's2' },
      ],
    },
  },
  {
    fact: 'an unknown revision is 404',
    given: [part('P')],
    request: `GET ${REVISIONS}/B`,
    status: 404,
    says: 'revision not found',
  },
  {
    fact: 'so is one of an unknown part',
    request: `GET ${REVISIONS}/A`,
    status: 404,
    says: 'Part P not found',
  },
]

const update: Scenario[] = [
  {
    fact: 'a revision is renamed',
    given: [part('P'), unit('S')],
    request: `PATCH ${REVISIONS}/a`,
    body: { number: 'Z' },
    status: 200,
    wrote: ['revision.update'],
    rows: { revisions: ['P/Z'], units: ['S P/Z'] },
  },
  {
    fact: 'a taken number is 409',
    given: [part('P'), revision('B')],
    request: `PATCH ${REVISIONS}/A`,
    body: { number: 'b' },
    status: 409,
    answer: { existing_id: '$2' },
  },
  {
    fact: 'its own number is no conflict',
    given: [part('P')],
    request: `PATCH ${REVISIONS}/A`,
    body: { number: 'a' },
    status: 200,
    rows: { revisions: ['P/a'] },
  },
  {
    fact: 'an image is kept by its id',
    given: [part('P')],
    request: `PATCH ${REVISIONS}/A`,
    body: { image_id: 'image' },
    status: 200,
    wrote: ['revision.update'],
  },
  {
    fact: 'the empty string takes it away',
    given: [part('P'), [`PATCH ${REVISIONS}/A`, { image_id: 'image' }]],
    request: `PATCH ${REVISIONS}/A`,
    body: { image_id: '' },
    status: 200,
    wrote: ['revision.update'],
  },
  {
    fact: 'an empty change changes nothing',
    given: [part('P')],
    request: `PATCH ${REVISIONS}/A`,
    body: {},
    status: 200,
    wrote: [],
  },
  {
    fact: 'an unknown revision is 404',
    given: [part('P')],
    request: `PATCH ${REVISIONS}/B`,
    body: {},
    status: 404,
  },
  {
    fact: 'a station may not change it',
    request: `PATCH ${REVISIONS}/B`,
    by: 'station',
    body: {},
    status: 403,
  },
]

const remove: Scenario[] = [
  {
    fact: 'an unused revision is deleted, be it the last',
    given: [part('P')],
    request: `DELETE ${REVISIONS}/a`,
    status: 200,
    wrote: ['revision.delete'],
    rows: { parts: ['P Unnamed part'], revisions: [] },
  },
  {
    fact: 'one with units stays',
    given: [part('P'), unit('S')],
    request: `DELETE ${REVISIONS}/A`,
    status: 409,
    says: 'still used by units',
  },
  { fact: 'an unknown one is 404', given: [part('P')], request: `DELETE ${REVISIONS}/B`, status: 404 },
  { fact: 'a station may not delete it', request: `DELETE ${REVISIONS}/A`, by: 'station', status: 403 },
  { fact: 'revisions are not listed', given: [part('P')], request: `GET ${REVISIONS}`, status: 404 },
]

proveScenarios([...create, ...get, ...update, ...remove])
