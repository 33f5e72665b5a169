import { type Scenario, type Step, batch, inBatch, part, proveScenarios, unit } from '../support/scenario.ts'

const DAY = 86_400_000

/** LOT-1, a day later lot-2 by the station, another day later X+3 and Y_4 in one millisecond. */
const shelf: Step[] = [
  batch('LOT-1'),
  DAY,
  ['POST /v2/batches', { number: 'lot-2' }, 'station'],
  DAY,
  batch('X+3'),
  batch('Y_4'),
  part('P'),
  ['POST /v2/parts/P/revisions', { number: 'B' }],
  part('Q'),
  unit('S1'),
  unit('S2', { revision_number: 'B' }),
  unit('T1', { part_number: 'Q' }),
  unit('T2', { part_number: 'Q' }),
  unit('alone'),
  inBatch('S1', 'LOT-1'),
  inBatch('S2', 'LOT-1'),
  inBatch('T1', 'lot-2'),
  inBatch('T2', 'X+3'),
]

const day = (n: number, time = 'T00:00:00Z') => `2026-01-0${n}${time}`

/** Query → the numbers it answers, in order. */
const found: Record<string, readonly string[]> = {
  '': ['Y_4', 'X+3', 'lot-2', 'LOT-1'],
  'limit=50&sort_by=created_at&sort_order=desc': ['Y_4', 'X+3', 'lot-2', 'LOT-1'],
  'sort_order=asc': ['LOT-1', 'lot-2', 'X+3', 'Y_4'],
  'sort_by=number': ['Y_4', 'X+3', 'lot-2', 'LOT-1'],
  'sort_by=number&sort_order=asc': ['LOT-1', 'lot-2', 'X+3', 'Y_4'],

  'ids=$1': ['LOT-1'],
  'ids=$1&ids=$3&sort_order=asc': ['LOT-1', 'X+3'],
  'ids=nobody': [],
  'ids=': [],
  'ids=$1%2C$2': [],
  'numbers=LOT-2': ['lot-2'],
  'numbers=x%2B3&numbers=lot-1&numbers=lot-1': ['X+3', 'LOT-1'],
  'numbers=x+3': [],
  'numbers=LOT-1%2Clot-2': [],
  'numbers[]=LOT-1': ['Y_4', 'X+3', 'lot-2', 'LOT-1'],
  'numbers=LOT-1&ids=$2': [],

  [`created_after=${day(2)}`]: ['Y_4', 'X+3', 'lot-2'],
  [`created_after=${day(2, 'T00:00:00.001Z')}`]: ['Y_4', 'X+3'],
  [`created_before=${day(2)}`]: ['lot-2', 'LOT-1'],
  [`created_before=${day(1, 'T23:59:59.999999Z')}`]: ['LOT-1'],
  [`created_after=${day(2)}&created_before=${day(2)}`]: ['lot-2'],
  [`created_after=${day(2, 'T01:00:00%2B01:00')}`]: ['Y_4', 'X+3', 'lot-2'],
  [`created_before=${day(2, 'T00:00Z')}`]: ['lot-2', 'LOT-1'],
  'created_after=2027-01-01T00:00:00Z': [],

  'search_query=lot': ['lot-2', 'LOT-1'],
  'search_query=OT-': ['lot-2', 'LOT-1'],
  'search_query=t1': ['lot-2'],
  'search_query=S': ['LOT-1'],
  'search_query=alone': [],
  'search_query=_': ['Y_4'],
  'search_query=%25': [],
  'search_query=%2B3': ['X+3'],
  'search_query=': ['Y_4', 'X+3', 'lot-2', 'LOT-1'],
  'search_query=lot&created_after=2026-01-02T00:00:00Z': ['lot-2'],

  'part_numbers=p': ['LOT-1'],
  'part_numbers=Q': ['X+3', 'lot-2'],
  'part_numbers=Q&part_numbers=P': ['X+3', 'lot-2', 'LOT-1'],
  'part_numbers=none': [],
  'revision_numbers=b': ['LOT-1'],
  'revision_numbers=A': ['X+3', 'lot-2', 'LOT-1'],
  'part_numbers=P&revision_numbers=B': ['LOT-1'],
  'part_numbers=Q&revision_numbers=B': [],
  'part_numbers=Q&search_query=t2&sort_by=number': ['X+3'],

  'limit=5.0': ['Y_4', 'X+3', 'lot-2', 'LOT-1'],
  'cursor=': ['Y_4', 'X+3', 'lot-2', 'LOT-1'],
  'unknown=1&unknown=2': ['Y_4', 'X+3', 'lot-2', 'LOT-1'],
}

const lists = Object.entries(found).map(([query, numbers]): Scenario => ({
  fact: `GET /v2/batches?${query}`,
  given: shelf,
  request: `GET /v2/batches?${query}`,
  status: 200,
  answer: { data: numbers.map((number) => ({ number })), meta: { has_more: false, next_cursor: null } },
}))

const pages: Scenario[] = [
  {
    fact: 'an item has its creator and its count, and no units',
    given: shelf,
    request: 'GET /v2/batches?numbers=LOT-1',
    status: 200,
    answer: {
      data: [
        {
          id: '$1',
          number: 'LOT-1',
          created_at: '2026-01-01T00:00:00.000Z',
          created_by_user: { id: '$user', name: 'Ada' },
          created_by_station: null,
          unit_count: 2,
        },
      ],
    },
  },
  {
    fact: 'a page says where the next one begins',
    given: shelf,
    request: 'GET /v2/batches?limit=1&cursor=1.0',
    status: 200,
    answer: { data: [{ number: 'X+3' }], meta: { has_more: true, next_cursor: 2 } },
  },
  {
    fact: 'the last page says that it is the last',
    given: shelf,
    request: 'GET /v2/batches?limit=2&cursor=2',
    status: 200,
    answer: {
      data: [{ number: 'lot-2' }, { number: 'LOT-1' }],
      meta: { has_more: false, next_cursor: null },
    },
  },
  {
    fact: 'past the end there is nothing',
    given: shelf,
    request: 'GET /v2/batches?cursor=9007199254740991',
    status: 200,
    answer: { data: [], meta: { has_more: false, next_cursor: null } },
  },
]

/** Query → what its first issue says. */
const refused: Record<string, string> = {
  'limit=0': 'Limit must be at least 1',
  'limit=101': 'Limit must be at most 100',
  'limit=': 'Limit must be at least 1',
  'limit=1.5': 'Limit must be a whole number',
  'limit=ten': 'Limit must be a number',
  'limit=1&limit=2': 'Limit must be given once',
  'cursor=-1': 'Cursor must be at least 0',
  'cursor=9007199254740992': 'Cursor must be',
  'created_after=2026-01-01T00:00:00': 'Created after is invalid',
  'created_after=2026-02-30T00:00:00Z': 'Created after is invalid',
  'created_before=yesterday': 'Created before is invalid',
  'created_before=2026-01-01T00:00:00Z&created_before=2026-01-01T00:00:00Z':
    'Created before must be given once',
  [`search_query=${'a'.repeat(101)}`]: 'Search query must contain at most 100 characters',
  'search_query=a&search_query=b': 'Search query must be given once',
  'sort_by=unit_count': 'Sort by must be number or created_at',
  'sort_order=up': 'Sort order must be asc or desc',
}

const refusals = Object.entries(refused).map(([query, says]): Scenario => ({
  fact: `GET /v2/batches?${query.slice(0, 60)} is refused`,
  request: `GET /v2/batches?${query}`,
  by: 'station',
  status: 400,
  says,
}))

proveScenarios([...lists, ...pages, ...refusals])
