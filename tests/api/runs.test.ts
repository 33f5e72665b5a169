import { expect, test } from 'vitest'

import {
  type Scenario,
  batch,
  part,
  procedure,
  proveScenarios,
  run,
  runOf,
  unit,
} from '../support/scenario.ts'
import { openStation, START } from '../support/station.ts'

const UNKNOWN = '00000000-0000-7000-8000-00000000ffff'
const body = runOf('S')
const times = { started_at: '2026-01-01T08:00:00Z', ended_at: '2026-01-01T08:00:10Z' }
const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i]))

const create: Scenario[] = [
  {
    fact: 'a run makes everything it names, in one request',
    given: [procedure('FCT')],
    request: 'POST /v2/runs',
    body: {
      ...body,
      revision_number: 'B',
      batch_number: 'LOT-1',
      procedure_version: '1.2.3',
      docstring: 'first article',
      metadata: { operator: 'x', n: 1 },
      unit_metadata: { colour: 'red' },
    },
    status: 200,
    wrote: ['version.create', 'batch.create', 'part.create', 'revision.create', 'unit.create', 'run.create'],
    rows: {
      batches: ['LOT-1 (1)'],
      parts: ['P Unnamed part'],
      revisions: ['P/B'],
      units: ['S P/B in LOT-1 {"colour":"red"}'],
      procedures: ['FCT (1)'],
      versions: ['FCT/1.2.3 (1)'],
      runs: ['S FCT/1.2.3 PASS made {"operator":"x","n":1}'],
    },
  },
  {
    fact: 'what is there is found in any case, and the run alone is written',
    given: [
      procedure('FCT'),
      run('s', { part_number: 'p', batch_number: 'lot-1', revision_number: 'b', procedure_version: 'rc' }),
    ],
    request: 'POST /v2/runs',
    body: { ...body, batch_number: 'LOT-1', revision_number: 'B', procedure_version: 'RC' },
    status: 200,
    wrote: ['run.create'],
    rows: { units: ['s p/b in lot-1'], runs: ['s FCT/rc PASS made', 's FCT/rc PASS'] },
  },
  {
    fact: "a known unit is moved to the run's revision and batch, and its metadata is added to",
    given: [
      procedure('FCT'),
      part('P'),
      part('Q'),
      batch('LOT-1'),
      unit('S', { metadata: { a: 1, b: 2 } }),
      ['PATCH /v2/units/S', { batch_number: 'LOT-1' }],
    ],
    request: 'POST /v2/runs',
    body: { ...body, part_number: 'Q', batch_number: 'LOT-2', unit_metadata: { b: 3 } },
    status: 200,
    wrote: ['batch.create', 'unit.update', 'unit.move', 'run.create'],
    rows: { units: ['S Q/A in LOT-2 {"a":1,"b":3}'], batches: ['LOT-1 (0)', 'LOT-2 (1)'] },
  },
  {
    fact: 'a run that names only the serial number leaves a known unit where it is',
    given: [procedure('FCT'), part('P', { revision_number: 'C' }), unit('S', { revision_number: 'C' })],
    request: 'POST /v2/runs',
    body: { ...body, part_number: undefined },
    status: 200,
    wrote: ['run.create'],
    rows: { units: ['S P/C'] },
  },
  {
    fact: 'a run that names the part of a known unit does not change its revision',
    given: [
      procedure('FCT'),
      part('P'),
      ['POST /v2/parts/P/revisions', { number: 'Z' }],
      unit('S', { revision_number: 'Z' }),
    ],
    request: 'POST /v2/runs',
    body,
    status: 200,
    wrote: ['run.create'],
    rows: { units: ['S P/Z'] },
  },
  {
    fact: "without a revision a new unit is of the part's first one",
    given: [
      procedure('FCT'),
      part('P', { revision_number: 'X' }),
      ['POST /v2/parts/P/revisions', { number: 'A' }],
    ],
    request: 'POST /v2/runs',
    body,
    status: 200,
    rows: { units: ['S P/X'] },
  },
  {
    fact: 'a new unit needs a part',
    given: [procedure('FCT')],
    request: 'POST /v2/runs',
    body: { ...body, part_number: undefined },
    status: 422,
    says: 'Part number is required',
  },
  {
    fact: 'sub-units come under the unit, out from where they were',
    given: [
      procedure('FCT'),
      part('P'),
      unit('old'),
      unit('x'),
      unit('y'),
      ['PUT /v2/units/old/children', { child_serial_number: 'x' }],
    ],
    request: 'POST /v2/runs',
    body: { ...body, sub_units: ['X', 'y'] },
    status: 200,
    rows: { units: ['old P/A', 'S P/A', 'x P/A under S', 'y P/A under S'] },
  },
  {
    fact: 'an unknown sub-unit is 404 and nothing is made',
    given: [procedure('FCT')],
    request: 'POST /v2/runs',
    body: { ...body, batch_number: 'LOT-1', sub_units: ['nobody'] },
    status: 404,
    says: 'Sub-unit nobody not found',
  },
  {
    fact: 'a unit is not its own sub-unit',
    given: [procedure('FCT')],
    request: 'POST /v2/runs',
    body: { ...body, sub_units: ['s'] },
    status: 400,
    says: 'cannot be its own child',
  },
  {
    fact: 'the operator is a user, by email in any case',
    given: [procedure('FCT')],
    request: 'POST /v2/runs',
    body: { ...body, operated_by: 'ADA@lotkeeper.invalid' },
    status: 200,
    rows: { runs: ['S FCT PASS made by Ada'] },
  },
  {
    fact: 'an operator whom nobody knows is 404',
    given: [procedure('FCT')],
    request: 'POST /v2/runs',
    body: { ...body, operated_by: 'nobody@example.com' },
    status: 404,
    says: 'no user has the email nobody@example.com',
  },
  {
    fact: 'a run of an unknown procedure is 404 with a user key',
    request: 'POST /v2/runs',
    body: { ...body, procedure_id: UNKNOWN },
    status: 404,
    says: 'Procedure',
  },
  {
    fact: 'and 403 with a station key',
    request: 'POST /v2/runs',
    by: 'station',
    body: { ...body, procedure_id: UNKNOWN },
    status: 403,
    says: 'not authorized',
  },
  {
    fact: 'a station key reports no run of a procedure that its station is not linked to',
    given: [procedure('FCT')],
    request: 'POST /v2/runs',
    by: 'station',
    body,
    status: 403,
    says: 'Link the procedure',
  },
  {
    fact: 'a deployment is not known here',
    given: [procedure('FCT')],
    request: 'POST /v2/runs',
    body: { ...body, deployment_id: UNKNOWN },
    status: 404,
    says: 'no deployments',
  },
  {
    fact: 'null stands for no version and no deployment',
    given: [procedure('FCT')],
    request: 'POST /v2/runs',
    body: { ...body, deployment_id: null, procedure_version: null },
    status: 200,
    rows: { runs: ['S FCT PASS made'] },
  },
  ...(
    [
      [{ serial_number: '' }, 'Serial number must not be empty'],
      [{ serial_number: 's'.repeat(61) }, 'Serial number must contain at most 60 characters'],
      [{ serial_number: undefined }, 'Serial number is required'],
      [{ procedure_id: 'x' }, 'Procedure id must be a UUID'],
      [{ batch_number: '' }, 'Batch number must not be empty'],
      [{ part_number: '' }, 'Part number must not be empty'],
      [{ revision_number: '/' }, 'Revision number is invalid'],
      [{ procedure_version: 'v'.repeat(61) }, 'Procedure version must contain at most 60 characters'],
      [{ operated_by: 'nobody' }, 'Operated by must be an email address'],
      [{ operated_by: `${'a'.repeat(250)}@b.de` }, 'Operated by'],
      [{ outcome: 'UNSET' }, 'Outcome must be PASS'],
      [{ started_at: '2026-01-01T08:00:00' }, 'Started at is invalid'],
      [{ ended_at: '2026-01-01T07:59:59Z' }, 'Ended at must not be before started at'],
      [{ metadata: keys(51) }, 'Metadata must contain at most 50 keys'],
      [{ metadata: { 'a b': 1 } }, 'Metadata keys are invalid'],
      [{ phases: [{}] }, 'Phase name is required'],
      [{ phases: [{ name: 'p', outcome: 'UNSET', ...times }] }, 'Phase outcome must be'],
      [
        { phases: [{ name: 'p', outcome: 'PASS', ...times, measurements: [{ name: 'm', outcome: 'ok' }] }] },
        'Outcome must be PASS, FAIL or UNSET',
      ],
      [{ logs: [{ level: 'LOUD' }] }, 'Log level must be'],
      [{ docstring: 'a\0b' }, 'cannot be stored'],
      [{ sub_units: 'x' }, 'Sub units must be a list'],
    ] as const
  ).map(([change, says]): Scenario => ({
    fact: `a run with ${JSON.stringify(change).slice(0, 60)} is refused`,
    given: [procedure('FCT')],
    request: 'POST /v2/runs',
    body: { ...body, ...change },
    status: 400,
    says,
  })),
  {
    fact: 'a unit takes no more than 50 metadata keys from runs either',
    given: [procedure('FCT'), part('P'), unit('S', { metadata: keys(50) })],
    request: 'POST /v2/runs',
    body: { ...body, unit_metadata: { one: 1 } },
    status: 400,
    says: 'more than 50 metadata keys',
  },
]

const validator = {
  outcome: 'PASS',
  operator: '<=',
  expected_value: 5,
  expression: 'x <= 5',
  is_decisive: true,
  is_expression_only: false,
  analytics_expression: 'x <= 5',
  has_custom_expression: false,
}

const measured = {
  phases: [
    {
      name: 'power',
      outcome: 'FAIL',
      ...times,
      docstring: 'supply',
      retry_count: 1,
      measurements: [
        {
          name: 'voltage',
          outcome: 'PASS',
          measured_value: 4.9,
          units: 'V',
          upper_limit: 5,
          unit: 'ignored',
        },
        { name: 'current', outcome: 'FAIL', measured_value: 3, lower_limit: 4, upper_limit: 5 },
        {
          name: 'sweep',
          outcome: 'PASS',
          x_axis: { data: [1, 2], units: 's' },
          y_axis: [{ data: [3, 4], units: 'V', name: 'out', aggregations: [{ type: 'max', value: 4 }] }],
        },
        {
          name: 'word',
          outcome: 'UNSET',
          measured_value: 'on',
          units: ['a', 'b'],
          validators: [
            { expression: 'x is on' },
            { operator: 'in', expected_value: ['on'], is_decisive: false },
          ],
        },
      ],
    },
    { name: 'empty', outcome: 'SKIP', ...times },
  ],
  logs: [
    { level: 'INFO', timestamp: '2026-01-01T08:00:01.5Z', message: 'ü', source_file: 'a.py', line_number: 7 },
  ],
}
const id = expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown

const read: Scenario[] = [
  {
    fact: 'a run is shown with everything around it',
    given: [
      procedure('FCT'),
      run('sub'),
      run('S', {
        batch_number: 'LOT-1',
        procedure_version: '1.0',
        docstring: 'why',
        operated_by: 'ada@lotkeeper.invalid',
        sub_units: ['sub'],
        metadata: { a: 1 },
      }),
    ],
    request: 'GET /v2/runs/$3',
    status: 200,
    answer: {
      id: '$3',
      created_at: START,
      started_at: '2026-01-01T08:00:00.000Z',
      ended_at: '2026-01-01T08:01:30.000Z',
      duration: 'PT1M30S',
      outcome: 'PASS',
      docstring: 'why',
      created_by_user: { id: '$user', name: 'Ada', email: 'ada@lotkeeper.invalid' },
      created_by_station: null,
      operated_by: { id: '$user' },
      procedure: { id: '$1', name: 'FCT', version: { tag: '1.0' } },
      unit: {
        serial_number: 'S',
        sample: null,
        part: { number: 'P', revision: { number: 'A' } },
        batch: { number: 'LOT-1' },
      },
      phases: [],
      logs: [],
      attachments: [],
      sub_units: [{ serial_number: 'sub', part_number: 'P', part_name: 'Unnamed part' }],
      metadata: { a: 1 },
      payload: 'none',
    },
  },
  {
    fact: 'what was measured comes back, limits as validators and axes as data series',
    given: [procedure('FCT'), run('S', measured)],
    request: 'GET /v2/runs/$2',
    status: 200,
    answer: {
      payload: 'here',
      phases: [
        {
          id,
          name: 'power',
          outcome: 'FAIL',
          started_at: '2026-01-01T08:00:00.000Z',
          duration: 'PT10S',
          retry_count: 1,
          docstring: 'supply',
          measurements: [
            {
              id,
              name: 'voltage',
              outcome: 'PASS',
              measured_value: 4.9,
              units: 'V',
              validators: [validator],
              data_series: [],
              aggregations: null,
            },
            {
              name: 'current',
              validators: [
                { operator: '>=', expected_value: 4, outcome: 'FAIL' },
                { operator: '<=', outcome: 'PASS' },
              ],
            },
            {
              name: 'sweep',
              measured_value: null,
              validators: null,
              data_series: [
                { data: [1, 2], units: 's', name: null },
                {
                  data: [3, 4],
                  units: 'V',
                  name: 'out',
                  aggregations: [{ id, type: 'max', value: 4, outcome: null }],
                },
              ],
            },
            {
              name: 'word',
              units: 'a, b',
              validators: [
                {
                  expression: 'x is on',
                  is_expression_only: true,
                  has_custom_expression: true,
                  outcome: 'UNSET',
                },
                { expression: 'x in ["on"]', is_decisive: false, is_expression_only: false },
              ],
            },
          ],
        },
        { name: 'empty', measurements: [], retry_count: 0 },
      ],
      logs: [
        {
          id,
          level: 'INFO',
          timestamp: '2026-01-01T08:00:01.500Z',
          message: 'ü',
          source_file: 'a.py',
          line_number: 7,
        },
      ],
    },
  },
  {
    fact: 'an unknown run is 404',
    request: `GET /v2/runs/${UNKNOWN}`,
    status: 404,
    says: `Run ${UNKNOWN} not found`,
  },
  {
    fact: 'a unit shows the run it came with and the last one',
    given: [
      procedure('FCT'),
      run('S', { outcome: 'FAIL' }),
      run('S', { started_at: '2026-01-01T08:00:30Z' }),
    ],
    request: 'GET /v2/units/S',
    status: 200,
    answer: {
      created_during: {
        id: '$2',
        created_at: START,
        started_at: '2026-01-01T08:00:00.000Z',
        ended_at: '2026-01-01T08:01:30.000Z',
        duration: 'PT1M30S',
        outcome: 'FAIL',
        procedure: { id: '$1', name: 'FCT' },
      },
    },
  },
  {
    fact: 'a list of units shows the last run of each by its start, not by its coming',
    given: [
      procedure('FCT'),
      run('S', { started_at: '2026-01-01T08:00:30Z' }),
      run('S', { outcome: 'FAIL' }),
    ],
    request: 'GET /v2/units',
    status: 200,
    answer: { data: [{ last_run: { id: '$2', outcome: 'PASS', procedure: { id: '$1', name: 'FCT' } } }] },
  },
  {
    fact: 'without its last run a unit shows the one before',
    given: [procedure('FCT'), run('S'), run('S', { outcome: 'FAIL' }), ['DELETE /v2/runs?ids=$3']],
    request: 'GET /v2/units',
    status: 200,
    answer: { data: [{ last_run: { id: '$2', outcome: 'PASS' } }] },
  },
]

const change: Scenario[] = [
  {
    fact: 'an update of nothing is taken',
    given: [procedure('FCT'), run('S')],
    request: 'PATCH /v2/runs/$2',
    body: {},
    status: 200,
    answer: { id: '$2' },
    wrote: [],
  },
  { fact: 'an unknown run is not updated', request: `PATCH /v2/runs/${UNKNOWN}`, body: {}, status: 404 },
  {
    fact: 'metadata of a run is set, kept and taken away by key',
    given: [procedure('FCT'), run('S', { metadata: { a: 1, b: 2, c: 3 } })],
    request: 'PATCH /v2/runs/$2/metadata',
    by: 'station',
    body: { metadata: { a: 9, b: null } },
    status: 200,
    answer: { id: '$2' },
    wrote: ['run.update'],
    rows: { runs: ['S FCT PASS made {"c":3,"a":9}'] },
  },
  {
    fact: 'a run has at most 50 metadata keys',
    given: [procedure('FCT'), run('S', { metadata: keys(50) })],
    request: 'PATCH /v2/runs/$2/metadata',
    body: { metadata: { one: 1 } },
    status: 400,
    says: 'more than 50 metadata keys',
  },
  {
    fact: 'metadata of an unknown run is 404',
    request: `PATCH /v2/runs/${UNKNOWN}/metadata`,
    body: { metadata: {} },
    status: 404,
  },
  {
    fact: 'runs are deleted, their units stay',
    given: [procedure('FCT'), run('S', { procedure_version: 'v1' }), run('T'), run('S')],
    request: 'DELETE /v2/runs?ids=$2&ids=$3&ids=$2',
    status: 200,
    answer: { id: ['$2', '$3'] },
    wrote: ['run.delete', 'run.delete'],
    rows: {
      runs: ['S FCT PASS'],
      units: ['S P/A', 'T P/A'],
      procedures: ['FCT (1)'],
      versions: ['FCT/v1 (0)'],
    },
  },
  {
    fact: 'with one unknown run none is deleted',
    given: [procedure('FCT'), run('S')],
    request: `DELETE /v2/runs?ids=$2&ids=${UNKNOWN}`,
    status: 404,
  },
  {
    fact: 'a deletion of no run is refused',
    request: 'DELETE /v2/runs',
    status: 400,
    says: 'Ids are required',
  },
  {
    fact: 'a station key deletes no run',
    given: [procedure('FCT'), run('S')],
    request: 'DELETE /v2/runs?ids=$2',
    by: 'station',
    status: 403,
  },
  {
    fact: 'a unit goes with its runs',
    given: [procedure('FCT'), run('S'), run('T')],
    request: 'DELETE /v2/units?serial_numbers=S',
    status: 200,
    wrote: ['unit.delete'],
    rows: { units: ['T P/A'], runs: ['T FCT PASS made'], procedures: ['FCT (1)'] },
  },
]

proveScenarios([...create, ...read, ...change])

test('a run whose answer got lost is not made twice by the same words', async () => {
  const station = await openStation()
  const { id: procedure_id } = await station.done('POST', '/v2/procedures', { body: { name: 'FCT' } })
  const sent = { body: { ...body, procedure_id } }
  const first = await station.call('POST', '/v2/runs', { ...sent, delivery: 'lost' })
  station.pass(9 * 60_000)
  await station.restart()
  const again = await station.call('POST', '/v2/runs', sent)
  expect(again.text).toBe(first.text)
  station.pass(2 * 60_000)
  const meant = await station.call('POST', '/v2/runs', sent)
  expect(meant.text).not.toBe(first.text)
  const { data } = await station.done<{ data: unknown[] }>('GET', '/v2/runs')
  expect(data).toHaveLength(2)
})

test('equal measurements lie on the disk once', async () => {
  const station = await openStation()
  const { id: procedure_id } = await station.done('POST', '/v2/procedures', { body: { name: 'FCT' } })
  for (const serial_number of ['S', 'T'])
    await station.done('POST', '/v2/runs', { body: { ...body, ...measured, procedure_id, serial_number } })
  expect(station.database.all({ text: 'SELECT sha256 FROM blobs', values: [] })).toHaveLength(1)
})
