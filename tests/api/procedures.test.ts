import { expect } from 'vitest'

import { type Scenario, procedure, proveScenarios, run } from '../support/scenario.ts'
import { START } from '../support/station.ts'

const UNKNOWN = '00000000-0000-7000-8000-00000000ffff'

const create: Scenario[] = [
  {
    fact: 'a procedure is created, without the spaces around its name',
    request: 'POST /v2/procedures',
    body: { name: '  End of line  ' },
    status: 200,
    wrote: ['procedure.create'],
    rows: { procedures: ['End of line (0)'] },
  },
  {
    fact: 'two procedures may have one name',
    given: [procedure('FCT')],
    request: 'POST /v2/procedures',
    body: { name: 'FCT' },
    status: 200,
    rows: { procedures: ['FCT (0)', 'FCT (0)'] },
  },
  ...[
    ['', 'must not be empty'],
    ['   ', 'must not be empty'],
    ['x'.repeat(1001), 'at most 255'],
    [undefined, 'is required'],
    [7, 'must be a string'],
  ].map(([name, says]): Scenario => ({
    fact: `the procedure name ${String(name).slice(0, 5)} is refused`,
    request: 'POST /v2/procedures',
    body: { name },
    status: 400,
    says: String(says),
  })),
  {
    fact: 'a station key makes no procedure',
    request: 'POST /v2/procedures',
    by: 'station',
    body: { name: '' },
    status: 403,
    says: 'needs a user key',
  },
]

const read: Scenario[] = [
  {
    fact: 'a procedure shows its last runs, newest first, and how many there are',
    given: [
      procedure('FCT'),
      run('A', { started_at: '2026-01-01T07:00:00Z', outcome: 'FAIL' }),
      run('B'),
      ['POST /v2/stations', { name: 'Line 2', procedure_id: '$1' }],
    ],
    request: 'GET /v2/procedures/$1',
    status: 200,
    answer: {
      id: '$1',
      identifier: null,
      name: 'FCT',
      created_at: START,
      created_by_user: { id: '$user', name: 'Ada', email: 'ada@lotkeeper.invalid' },
      runs_count: 2,
      recent_runs: [
        { id: '$3', started_at: '2026-01-01T08:00:00.000Z', outcome: 'PASS', unit: { serial_number: 'B' } },
        { id: '$2', started_at: '2026-01-01T07:00:00.000Z', outcome: 'FAIL', unit: { serial_number: 'A' } },
      ],
      stations: [{ id: '$4', name: 'Line 2' }],
    },
  },
  {
    fact: 'an unknown procedure is 404',
    request: `GET /v2/procedures/${UNKNOWN}`,
    status: 404,
    says: `Procedure ${UNKNOWN} not found`,
  },
  {
    fact: 'a station key reads no procedure that its station is not linked to',
    given: [procedure('FCT')],
    request: 'GET /v2/procedures/$1',
    by: 'station',
    status: 403,
    says: 'Link the procedure',
  },
  {
    fact: 'and lists only those it is linked to',
    given: [procedure('FCT')],
    request: 'GET /v2/procedures',
    by: 'station',
    status: 200,
    answer: { data: [], meta: { has_more: false, next_cursor: null } },
  },
  {
    fact: 'procedures are listed, the newest first, with their runs',
    given: [procedure('old'), 1000, procedure('new'), run('A')],
    request: 'GET /v2/procedures',
    status: 200,
    answer: {
      data: [
        { name: 'new', runs: [], linkedRepository: null },
        { name: 'old', runs: [{ id: '$3', outcome: 'PASS', unit: { id: expect.any(String) } }] },
      ],
    },
  },
  {
    fact: 'a list of procedures goes by pages, and a cursor may be written 1.0',
    given: [procedure('a'), procedure('b'), procedure('c')],
    request: 'GET /v2/procedures?limit=1&cursor=1.0',
    status: 200,
    answer: { data: [{ name: 'b' }], meta: { has_more: true, next_cursor: 2 } },
  },
  ...[
    ['part of the name in any case', 'search_query=ND%20OF', 1],
    ['the beginning of an id', 'search_query=00000000-0000-7', 2],
    ['fewer than six characters of an id find nothing', 'search_query=00000', 0],
    ['a time after', 'created_after=2026-01-01T00:00:01Z', 1],
    ['a time before', 'created_before=2026-01-01T00:00:00Z', 1],
  ].map(([fact, query, found]): Scenario => ({
    fact: `procedures are found by ${fact}`,
    given: [procedure('End of line'), 1000, procedure('FCT')],
    request: `GET /v2/procedures?${query}`,
    status: 200,
    answer: { data: Array.from({ length: Number(found) }, () => expect.any(Object) as unknown) },
  })),
]

const change: Scenario[] = [
  {
    fact: 'a procedure gets another name',
    given: [procedure('FCT')],
    request: 'PATCH /v2/procedures/$1',
    body: { name: ' ICT ' },
    status: 200,
    answer: { id: '$1' },
    wrote: ['procedure.update'],
    rows: { procedures: ['ICT (0)'] },
  },
  {
    fact: 'what belongs to repositories changes nothing',
    given: [procedure('FCT')],
    request: 'PATCH /v2/procedures/$1',
    body: { productionBranch: 'main', autoPushEnabled: true, excludedBranchPatterns: ['x'] },
    status: 200,
    wrote: [],
  },
  {
    fact: 'an empty procedure name is refused',
    given: [procedure('FCT')],
    request: 'PATCH /v2/procedures/$1',
    body: { name: ' ' },
    status: 400,
    says: 'must not be empty',
  },
  {
    fact: 'an unknown procedure is not renamed',
    request: `PATCH /v2/procedures/${UNKNOWN}`,
    body: { name: 'x' },
    status: 404,
  },
  {
    fact: 'a procedure goes with its versions, its runs and its links; the units stay',
    given: [
      procedure('FCT'),
      run('A', { procedure_version: '1.0' }),
      ['POST /v2/stations', { name: 'Line 2', procedure_id: '$1' }],
    ],
    request: 'DELETE /v2/procedures/$1',
    status: 200,
    answer: { id: '$1' },
    wrote: ['procedure.delete'],
    rows: { procedures: [], versions: [], runs: [], links: [], units: ['A P/A'] },
  },
  { fact: 'an unknown procedure is not deleted', request: `DELETE /v2/procedures/${UNKNOWN}`, status: 404 },
  {
    fact: 'a station key deletes no procedure',
    given: [procedure('FCT')],
    request: 'DELETE /v2/procedures/$1',
    by: 'station',
    status: 403,
  },
]

const versions: Scenario[] = [
  {
    fact: 'a version is created',
    given: [procedure('FCT')],
    request: 'POST /v2/procedures/$1/versions',
    body: { tag: 'v1.0+b' },
    status: 200,
    wrote: ['version.create'],
    rows: { versions: ['FCT/v1.0+b (0)'] },
  },
  {
    fact: 'a taken tag is 409 in any case',
    given: [procedure('FCT'), ['POST /v2/procedures/$1/versions', { tag: 'V1' }]],
    request: 'POST /v2/procedures/$1/versions',
    body: { tag: 'v1' },
    status: 409,
    says: 'Version with tag v1 already exists',
    answer: { existing_id: '$2' },
  },
  {
    fact: 'another procedure may have a version of the same tag',
    given: [procedure('FCT'), ['POST /v2/procedures/$1/versions', { tag: 'v1' }], procedure('ICT')],
    request: 'POST /v2/procedures/$3/versions',
    body: { tag: 'v1' },
    status: 200,
  },
  {
    fact: 'a version of an unknown procedure is 404',
    request: `POST /v2/procedures/${UNKNOWN}/versions`,
    body: { tag: 'v1' },
    status: 404,
    says: 'Procedure',
  },
  {
    fact: 'a tag of 61 characters is refused',
    given: [procedure('FCT')],
    request: 'POST /v2/procedures/$1/versions',
    body: { tag: 'v'.repeat(61) },
    status: 400,
    says: '60 character',
  },
  {
    fact: 'a version is found in any case, with how many runs it had',
    given: [procedure('FCT'), run('A', { procedure_version: 'V1' }), run('A', { procedure_version: 'v1' })],
    request: 'GET /v2/procedures/$1/versions/v1',
    status: 200,
    answer: {
      tag: 'V1',
      created_at: START,
      procedure: { id: '$1', name: 'FCT' },
      run_count: 2,
      created_by_user: { name: 'Ada' },
      created_by_station: null,
    },
  },
  {
    fact: 'an unknown version is 404',
    given: [procedure('FCT')],
    request: 'GET /v2/procedures/$1/versions/v1',
    status: 404,
    says: 'version not found',
  },
  {
    fact: 'a version of an unlinked procedure is 403 for a station key',
    given: [procedure('FCT')],
    request: 'GET /v2/procedures/$1/versions/v1',
    by: 'station',
    status: 403,
    says: 'not authorized',
  },
  {
    fact: 'an unused version is deleted',
    given: [procedure('FCT'), ['POST /v2/procedures/$1/versions', { tag: 'v1' }]],
    request: 'DELETE /v2/procedures/$1/versions/V1',
    status: 200,
    answer: { id: '$2' },
    wrote: ['version.delete'],
    rows: { versions: [] },
  },
  {
    fact: 'a version that runs use is not',
    given: [procedure('FCT'), run('A', { procedure_version: 'v1' })],
    request: 'DELETE /v2/procedures/$1/versions/v1',
    status: 409,
    says: 'still used by runs',
  },
  {
    fact: 'an unknown version is not deleted',
    given: [procedure('FCT')],
    request: 'DELETE /v2/procedures/$1/versions/v1',
    status: 404,
  },
]

const stations: Scenario[] = [
  {
    fact: 'a station is created with its procedure',
    given: [procedure('FCT')],
    request: 'POST /v2/stations',
    body: { name: 'Line 2', procedure_id: '$1' },
    status: 200,
    wrote: ['station.create', 'link.create'],
    rows: { links: ['Line 2 FCT'] },
  },
  {
    fact: 'a station lists its procedures',
    given: [procedure('FCT'), ['POST /v2/stations', { name: 'Line 2', procedure_id: '$1' }]],
    request: 'GET /v2/stations?procedure_ids=$1',
    status: 200,
    answer: {
      data: [
        {
          name: 'Line 2',
          procedures: [{ id: '$1', identifier: null, name: 'FCT' }],
          procedures_count: 1,
        },
      ],
    },
  },
  {
    fact: 'and shows its own runs of the last seven days',
    given: [procedure('FCT'), ['POST /v2/stations', { name: 'Line 2', procedure_id: '$1' }], run('A')],
    request: 'GET /v2/stations/$2',
    status: 200,
    answer: { procedures: [{ id: '$1', name: 'FCT', runs_count: 0, deployment: null }] },
  },
  {
    fact: 'parts are found by the procedures that tested them',
    given: [
      procedure('FCT'),
      procedure('ICT'),
      run('A', { part_number: 'P1' }),
      run('B', { part_number: 'P2', procedure_id: '$2' }),
    ],
    request: 'GET /v2/parts?procedure_ids=$2',
    status: 200,
    answer: { data: [{ number: 'P2' }] },
  },
]

proveScenarios([...create, ...read, ...change, ...versions, ...stations])
