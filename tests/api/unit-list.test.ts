import {
  type Scenario,
  type Step,
  batch,
  child,
  inBatch,
  part,
  proveScenarios,
  unit,
} from '../support/scenario.ts'

const DAY = 86_400_000

/** A and B of P in batch L, C under A; a day later D of Q in M by the station; e of P/B in no batch. */
const shelf: Step[] = [
  part('P'),
  ['POST /v2/parts/P/revisions', { number: 'B' }],
  part('Q'),
  batch('L'),
  batch('M'),
  unit('A1', { metadata: { vendor: 'acme', n: 1, ok: true } }),
  unit('B1', { sample: 'golden', metadata: { vendor: 'Acme Ltd', n: 2.5, ok: false, text: '2' } }),
  unit('C1', { sample: 'failing', metadata: { n: -3 } }),
  DAY,
  ['POST /v2/units', { serial_number: 'D_2', part_number: 'Q', revision_number: 'A' }, 'station'],
  unit('e2', { revision_number: 'B', metadata: { vendor: 'other', 'a.b:c': 'x' } }),
  inBatch('A1', 'L'),
  inBatch('B1', 'L'),
  inBatch('D_2', 'M'),
  child('A1', 'C1'),
]

const all = ['e2', 'D_2', 'C1', 'B1', 'A1']
const metadata = (filter: unknown) => `metadata=${encodeURIComponent(JSON.stringify(filter))}`

/** Query → the serial numbers it answers, in order. */
const found: Record<string, readonly string[]> = {
  '': all,
  'latest_only=false&exclude_units_with_parent=false&include_metadata=false&metadata=': all,
  'latest_only=true': all,
  'sort_order=asc': all.toReversed(),
  'sort_by=serial_number': all,
  'sort_by=serial_number&sort_order=asc': all.toReversed(),
  'sort_by=part_number&sort_order=asc': ['A1', 'B1', 'C1', 'e2', 'D_2'],
  'sort_by=part_number': ['D_2', 'e2', 'C1', 'B1', 'A1'],
  'sort_by=last_run_at': all,
  'sort_by=last_run_procedure&sort_order=asc': all.toReversed(),

  'search_query=1': ['C1', 'B1', 'A1'],
  'search_query=E': ['e2'],
  'search_query=_': ['D_2'],
  'search_query=%25': [],
  'ids=$6&ids=$7': ['B1', 'A1'],
  'ids=': [],
  'serial_numbers=a1&serial_numbers=E2': ['e2', 'A1'],
  'serial_numbers=a1%2Ce2': [],
  'part_numbers=p': ['e2', 'C1', 'B1', 'A1'],
  'revision_numbers=b': ['e2'],
  'revision_numbers=A': ['D_2', 'C1', 'B1', 'A1'],
  'part_numbers=Q&revision_numbers=B': [],
  'part_numbers=Q&part_numbers=P&revision_numbers=A': ['D_2', 'C1', 'B1', 'A1'],
  'batch_numbers=l': ['B1', 'A1'],
  'batch_numbers=': ['e2', 'C1'],
  'batch_numbers=&batch_numbers=m': ['e2', 'D_2', 'C1'],
  'batch_numbers=none': [],

  'procedure_ids=any': [],
  'outcomes=PASS&outcomes=FAIL': [],
  'started_after=2020-01-01T00:00:00Z': [],
  'started_before=2030-01-01T00:00:00Z': [],
  'run_count_min=0': all,
  'run_count_min=1': [],
  'run_count_max=0': all,
  'run_count_max=-1': [],
  'run_count_min=0.0&run_count_max=5': all,

  'created_after=2026-01-02T00:00:00Z': ['e2', 'D_2'],
  'created_before=2026-01-01T00:00:00Z': ['C1', 'B1', 'A1'],
  'created_by_user_ids=$user': ['e2', 'C1', 'B1', 'A1'],
  'created_by_station_ids=$station': ['D_2'],
  'created_by_station_ids=$user': [],
  'created_by_user_ids=$user&created_by_station_ids=$station': [],
  'exclude_units_with_parent=true': ['e2', 'D_2', 'B1', 'A1'],
  'exclude_units_with_parent=1&batch_numbers=': ['e2'],
  'samples=golden': ['B1'],
  'samples=golden&samples=failing': ['C1', 'B1'],
  'samples=ignored': [],

  [metadata({})]: all,
  [metadata({ vendor: {} })]: all,
  [metadata({ vendor: { in: ['acme', 'other'] } })]: ['e2', 'A1'],
  [metadata({ vendor: { in: ['Acme'] } })]: [],
  [metadata({ vendor: { in: [] } })]: [],
  [metadata({ vendor: { contains: 'ACME' } })]: ['B1', 'A1'],
  [metadata({ vendor: { contains: '%' } })]: [],
  [metadata({ vendor: { contains: 'acme', in: ['acme'] } })]: ['A1'],
  [metadata({ n: { eq: 2.5 } })]: ['B1'],
  [metadata({ n: { gte: 1 } })]: ['B1', 'A1'],
  [metadata({ n: { gt: 1 } })]: ['B1'],
  [metadata({ n: { lte: 1 } })]: ['C1', 'A1'],
  [metadata({ n: { lt: 1 } })]: ['C1'],
  [metadata({ n: { gt: -5, lt: 2 } })]: ['C1', 'A1'],
  [metadata({ ok: { eq: true } })]: ['A1'],
  [metadata({ ok: { eq: false } })]: ['B1'],
  [metadata({ ok: { eq: 1 } })]: [],
  [metadata({ text: { eq: 2 } })]: [],
  [metadata({ text: { in: ['2'] } })]: ['B1'],
  [metadata({ 'a.b:c': { in: ['x'] } })]: ['e2'],
  [metadata({ vendor: { contains: 'a', gte: 1 } })]: [],
  [metadata({ vendor: { contains: 'a' }, n: { gte: 2 } })]: ['B1'],
  [metadata({ nowhere: { in: ['x'] } })]: [],

  'cursor=5': [],
  'unknown=1': all,
}

const lists = Object.entries(found).map(([query, serial_numbers]): Scenario => ({
  fact: `GET /v2/units?${decodeURIComponent(query)}`,
  given: shelf,
  request: `GET /v2/units?${query}`,
  by: 'station',
  status: 200,
  answer: {
    data: serial_numbers.map((serial_number) => ({ serial_number })),
    meta: { has_more: false, next_cursor: null },
  },
}))

const pages: Scenario[] = [
  {
    fact: 'an item has its part, batch, parent and children, and no metadata unless asked for',
    given: shelf,
    request: 'GET /v2/units?limit=1&cursor=4',
    status: 200,
    answer: {
      data: [
        {
          id: '$6',
          serial_number: 'A1',
          created_at: '2026-01-01T00:00:00.000Z',
          sample: null,
          created_by_user: { id: '$user', name: 'Ada' },
          created_by_station: null,
          batch: { id: '$4', number: 'L' },
          parent: null,
          children: [{ id: '$8', serial_number: 'C1' }],
          part: { id: '$1', number: 'P', name: 'Unnamed part', revision: { number: 'A' } },
          last_run: null,
        },
      ],
      meta: { has_more: false, next_cursor: null },
    },
  },
  {
    fact: 'a child names its parent, every item its metadata when asked for',
    given: shelf,
    request: 'GET /v2/units?cursor=1&limit=2&include_metadata=1',
    status: 200,
    answer: {
      data: [
        { serial_number: 'D_2', metadata: {}, created_by_station: { id: '$station', name: 'Line 1' } },
        { serial_number: 'C1', metadata: { n: -3 }, parent: { id: '$6', serial_number: 'A1' }, batch: null },
      ],
      meta: { has_more: true, next_cursor: 3 },
    },
  },
]

/** Query → what its first issue says. */
const refused: Record<string, string> = {
  'metadata={': 'Metadata filter is not JSON',
  'metadata=[]': 'Metadata filter must be a JSON object',
  'metadata=null': 'Metadata filter must be a JSON object',
  'metadata={}&metadata={}': 'Metadata filter must be given once',
  [metadata({ n: 1 })]: 'Metadata filters are',
  [metadata({ n: { like: 'x' } })]: 'they know in, contains,',
  [metadata({ n: { eq: 'x' } })]: 'Metadata filter eq must be',
  [metadata({ n: { gte: '1' } })]: 'Metadata filter gte must be a number',
  [metadata({ 'a"b': { eq: 1 } })]: 'Metadata keys are invalid',
  'outcomes=GOOD': 'Outcomes must be PASS, FAIL, ERROR, TIMEOUT or ABORTED',
  'samples=silver': 'Samples must be golden, failing or ignored',
  'run_count_min=many': 'Run count min must be a number',
  'latest_only=yes': 'Latest only must be true or false',
  'started_after=now': 'Started after is invalid',
  'sort_by=id': 'Sort by must be serial_number, created_at, last_run_at, part_number or last_run_procedure',
  'include_metadata=': 'Include metadata must be true or false',
}

const refusals = Object.entries(refused).map(([query, says]): Scenario => ({
  fact: `GET /v2/units?${decodeURIComponent(query)} is refused`,
  request: `GET /v2/units?${query}`,
  status: 400,
  says,
}))

proveScenarios([...lists, ...pages, ...refusals])
