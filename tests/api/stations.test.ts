import { type Scenario, type Step, proveScenarios } from '../support/scenario.ts'

const station = (name: string): Step => ['POST /v2/stations', { name }]

const self = {
  id: '$station',
  name: 'Line 1',
  api_key: null,
  procedures: [],
  organization_slug: 'lotkeeper',
  connection_status: null,
  team: null,
}

const create: Scenario[] = [
  {
    fact: 'a station is created',
    request: 'POST /v2/stations',
    body: { name: 'Line 2' },
    status: 200,
    wrote: ['station.create'],
    rows: { stations: ['Line 1', 'Line 2'] },
  },
  {
    fact: 'names are free: the same one makes another station',
    given: [station('Line 2')],
    request: 'POST /v2/stations',
    body: { name: 'Line 2', description: 'ignored' },
    status: 200,
    rows: { stations: ['Line 1', 'Line 2', 'Line 2'] },
  },
  {
    fact: 'a procedure that is not there cannot be linked',
    request: 'POST /v2/stations',
    body: { name: 'Line 2', procedure_id: 'p' },
    status: 404,
    says: 'Procedure p not found',
  },
  {
    fact: 'an empty name is refused',
    request: 'POST /v2/stations',
    body: { name: '' },
    status: 400,
    says: 'Station name must not be empty',
  },
  {
    fact: 'a name of 61 characters is refused',
    request: 'POST /v2/stations',
    body: { name: 'n'.repeat(61) },
    status: 400,
    says: 'Station name must contain at most 60 characters',
  },
  {
    fact: 'a station may not create one, not even with an empty name',
    request: 'POST /v2/stations',
    by: 'station',
    body: { name: '' },
    status: 403,
    says: 'Forbidden',
  },
]

const get: Scenario[] = [
  {
    fact: 'a station sees itself',
    request: 'GET /v2/stations/current',
    by: 'station',
    status: 200,
    answer: self,
  },
  { fact: 'in any case', request: 'GET /v2/stations/CURRENT/', by: 'station', status: 200, answer: self },
  { fact: 'a user is no station', request: 'GET /v2/stations/current', status: 403, says: 'Forbidden' },
  { fact: 'a user sees any station', request: 'GET /v2/stations/$station', status: 200, answer: self },
  {
    fact: 'a new one has no key to show and nothing linked',
    given: [station('Line 2')],
    request: 'GET /v2/stations/$1',
    status: 200,
    answer: { ...self, id: '$1', name: 'Line 2' },
  },
  {
    fact: 'a station sees itself by its id',
    request: 'GET /v2/stations/$station',
    by: 'station',
    status: 200,
    answer: self,
  },
  {
    fact: 'a station sees no other',
    given: [station('Line 2')],
    request: 'GET /v2/stations/$1',
    by: 'station',
    status: 403,
  },
  { fact: 'nor hears whether there is one', request: 'GET /v2/stations/x', by: 'station', status: 403 },
  {
    fact: 'an unknown station is 404',
    request: 'GET /v2/stations/x',
    status: 404,
    says: 'Station x not found',
  },
]

const update: Scenario[] = [
  {
    fact: 'name, image and team change',
    given: [station('Line 2')],
    request: 'PATCH /v2/stations/$1',
    body: { name: 'Line 3', image_id: 'image', team_id: 'team' },
    status: 200,
    answer: { id: '$1', name: 'Line 3' },
    wrote: ['station.update'],
    rows: { stations: ['Line 1', 'Line 3 image image team team'] },
  },
  {
    fact: 'the empty string takes the image away, null the team',
    given: [station('Line 2'), ['PATCH /v2/stations/$1', { image_id: 'image', team_id: 'team' }]],
    request: 'PATCH /v2/stations/$1',
    body: { image_id: '', team_id: null },
    status: 200,
    rows: { stations: ['Line 1', 'Line 2'] },
  },
  {
    fact: 'what is unknown is ignored, be it alone',
    given: [station('Line 2')],
    request: 'PATCH /v2/stations/$1',
    body: { description: 'by the door' },
    status: 200,
    answer: { id: '$1', name: 'Line 2' },
    wrote: [],
  },
  {
    fact: 'a team is shown by its id until headquarters names it',
    given: [station('Line 2'), ['PATCH /v2/stations/$1', { team_id: 'team' }]],
    request: 'GET /v2/stations/$1',
    status: 200,
    answer: { team: { id: 'team', name: 'team' } },
  },
  {
    fact: 'the new name stands in what the station made',
    given: [
      ['POST /v2/batches', { number: 'A' }, 'station'],
      ['GET /v2/batches/A'],
      ['GET /v2/batches'],
      ['PATCH /v2/stations/$station', { name: 'Line 9' }],
    ],
    request: 'GET /v2/batches',
    status: 200,
    answer: { data: [{ created_by_station: { id: '$station', name: 'Line 9' } }] },
  },
  {
    fact: 'an empty name is refused',
    request: 'PATCH /v2/stations/$station',
    body: { name: '' },
    status: 400,
    says: 'Station name must not be empty',
  },
  { fact: 'an unknown station is 404', request: 'PATCH /v2/stations/x', body: { name: 'x' }, status: 404 },
  {
    fact: 'a station may not change stations, not even itself',
    request: 'PATCH /v2/stations/$station',
    by: 'station',
    body: { name: 'x' },
    status: 403,
  },
]

const remove: Scenario[] = [
  {
    fact: 'a station is removed, its row stays for what it made',
    given: [station('Line 2')],
    request: 'DELETE /v2/stations/$1',
    status: 200,
    answer: { id: '$1' },
    wrote: ['station.remove'],
    rows: { stations: ['Line 1', 'Line 2 removed'] },
  },
  ...['GET', 'PATCH', 'DELETE'].map((method): Scenario => ({
    fact: `${method} on a removed station is 404`,
    given: [station('Line 2'), ['DELETE /v2/stations/$1']],
    request: `${method} /v2/stations/$1`,
    body: {},
    status: 404,
  })),
  {
    fact: 'the station that answers cannot remove itself',
    request: 'DELETE /v2/stations/$station',
    status: 409,
    says: 'cannot remove itself',
  },
  { fact: 'an unknown station is 404', request: 'DELETE /v2/stations/x', status: 404 },
  { fact: 'a station may not remove', request: 'DELETE /v2/stations/x', by: 'station', status: 403 },
]

const shelf: Step[] = [
  1000,
  station('line 2'),
  station('Door_3'),
  ['DELETE /v2/stations/$2'],
  station('Ärmel%'),
]

/** Query → the names it answers, in order. */
const found: Record<string, readonly string[]> = {
  '': ['Ärmel%', 'line 2', 'Line 1'],
  'search_query=LINE': ['line 2', 'Line 1'],
  'search_query=%25': ['Ärmel%'],
  'search_query=_': [],
  'procedure_ids=any': [],
  'cursor=3': [],
}

const lists = Object.entries(found).map(([query, names]): Scenario => ({
  fact: `GET /v2/stations?${query}`,
  given: shelf,
  request: `GET /v2/stations?${query}`,
  status: 200,
  answer: { data: names.map((name) => ({ name })), meta: { has_more: false, next_cursor: null } },
}))

const pages: Scenario[] = [
  {
    fact: 'an item has what clients of April and of August want',
    given: shelf,
    request: 'GET /v2/stations?limit=1&cursor=1',
    status: 200,
    answer: {
      data: [{ id: '$1', name: 'line 2', procedures: [], procedures_count: 0, team: null }],
      meta: { has_more: true, next_cursor: 2 },
    },
  },
  { fact: 'a station may not list stations', request: 'GET /v2/stations', by: 'station', status: 403 },
]

proveScenarios([...create, ...get, ...update, ...remove, ...lists, ...pages])
