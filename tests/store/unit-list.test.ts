import fc from 'fast-check'
import { beforeEach, expect, test } from 'vitest'

import { parseQuery } from '../../src/http/target.ts'
import { listUnits } from '../../src/main/store/unit-list.ts'
import { type UnitItem, unitEndpoints } from '../../src/model/unit.ts'
import { type StationUnderTest, openStation } from '../support/station.ts'

interface Query {
  readonly search_query: string | undefined
  readonly ids: readonly number[] | undefined
  readonly serial_numbers: readonly string[] | undefined
  readonly part_numbers: readonly string[] | undefined
  readonly revision_numbers: readonly string[] | undefined
  readonly batch_numbers: readonly string[] | undefined
  readonly samples: readonly string[] | undefined
  readonly created_after: number | undefined
  readonly created_before: number | undefined
  readonly exclude_units_with_parent: boolean | undefined
  readonly at_least: number | undefined
  readonly sort_by: 'serial_number' | 'created_at' | 'part_number' | undefined
  readonly sort_order: 'asc' | 'desc' | undefined
}

const UNITS = 60
const at = (i: number) => Date.parse('2026-01-01T00:00:00Z') + Math.floor(i / 3) * 1000

let station: StationUnderTest
/** Every unit, in the order of creation. */
let units: (UnitItem & { place: number })[]

beforeEach(async () => {
  station = await openStation()
  const post = (target: string, body: object) => station.done('POST', target, { body })
  for (const number of ['P', 'q', 'R']) await post('/v2/parts', { number })
  for (const number of ['P', 'R']) await post(`/v2/parts/${number}/revisions`, { number: 'b' })
  for (const number of ['LOT-1', 'lot-2', 'SN-9']) await post('/v2/batches', { number })
  for (let i = 0; i < UNITS; i++) {
    const serial_number = `${i % 2 === 0 ? 'SN' : 'sn'}-${(i * 7) % UNITS}`
    await post('/v2/units', {
      serial_number,
      part_number: ['P', 'q', 'R', 'P'][i % 4],
      revision_number: i % 8 === 0 || i % 8 === 6 ? 'B' : 'A',
      sample: [null, 'golden', null, 'failing', null][i % 5],
      metadata: i % 3 === 0 ? {} : { n: i },
    })
    if (i % 3 > 0)
      await station.done('PATCH', `/v2/units/${serial_number}`, {
        body: { batch_number: ['LOT-1', 'LOT-2', 'SN-9'][i % 5] ?? null },
      })
    if (i % 6 === 5)
      await station.done('PUT', '/v2/units/sn-0/children', { body: { child_serial_number: serial_number } })
    if (i % 3 === 2) station.pass(1000)
  }
  const list = await station.done<{ data: UnitItem[] }>(
    'GET',
    '/v2/units?limit=100&sort_order=asc&include_metadata=true',
  )
  units = list.data.map((unit, place) => ({ ...unit, place }))
})

const some = (...values: string[]) =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 })
const time = fc.integer({ min: -1, max: UNITS }).map(at)
/** Few filters at a time: more of them leave nothing to find. */
const seldom = <Value>(value: fc.Arbitrary<Value>) =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value })
const query: fc.Arbitrary<Query> = fc.record({
  search_query: seldom(fc.constantFrom('s', 'SN-', '1', '-2', 'n-5', '9', 'sn-17', 'lot', '_', 'none')),
  ids: seldom(fc.array(fc.nat(UNITS - 1), { minLength: 1, maxLength: 4 })),
  serial_numbers: seldom(some('SN-1', 'sn-2', 'Sn-30', 'none')),
  part_numbers: seldom(some('p', 'Q', 'R', 'none')),
  revision_numbers: seldom(some('a', 'B', 'none')),
  batch_numbers: seldom(some('', 'lot-1', 'LOT-2', 'none')),
  samples: seldom(some('golden', 'failing', 'ignored')),
  created_after: seldom(time),
  created_before: seldom(time),
  exclude_units_with_parent: seldom(fc.boolean()),
  at_least: seldom(fc.nat(UNITS)),
  sort_by: fc.constantFrom('serial_number', 'created_at', 'part_number'),
  sort_order: fc.constantFrom('asc', 'desc'),
})

const among = (values: readonly string[] | undefined, value: string | null) =>
  values === undefined || values.some((one) => one.toLowerCase() === value?.toLowerCase())

/** The same question, asked of all units one by one. */
function naive(asked: Query): string[] {
  const found = units.filter(
    (unit) =>
      unit.serial_number.toLowerCase().includes((asked.search_query ?? '').toLowerCase()) &&
      (asked.ids?.includes(unit.place) ?? true) &&
      among(asked.serial_numbers, unit.serial_number) &&
      among(asked.part_numbers, unit.part.number) &&
      among(asked.revision_numbers, unit.part.revision.number) &&
      among(asked.batch_numbers, unit.batch?.number ?? '') &&
      among(asked.samples, unit.sample) &&
      Date.parse(unit.created_at) >= (asked.created_after ?? Number.NEGATIVE_INFINITY) &&
      Date.parse(unit.created_at) <= (asked.created_before ?? Number.POSITIVE_INFINITY) &&
      !(asked.exclude_units_with_parent === true && unit.parent !== null) &&
      (asked.at_least === undefined || Number(unit.metadata?.['n']) >= asked.at_least),
  )
  const key = ({ serial_number, part }: UnitItem) =>
    asked.sort_by === 'serial_number'
      ? serial_number.toLowerCase()
      : asked.sort_by === 'part_number'
        ? `${part.number} ${part.revision.number}`.toLowerCase()
        : ''
  const sorted = found.toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a.place - b.place))
  return (asked.sort_order === 'asc' ? sorted : sorted.toReversed()).map(({ serial_number }) => serial_number)
}

function written({ ids, created_after, created_before, at_least, ...plain }: Query): string {
  const text = new URLSearchParams()
  for (const [name, value] of Object.entries(plain))
    for (const one of value === undefined ? [] : [value].flat()) text.append(name, String(one))
  for (const place of ids ?? []) text.append('ids', units[place]!.id)
  if (created_after !== undefined) text.append('created_after', new Date(created_after).toISOString())
  if (created_before !== undefined) text.append('created_before', new Date(created_before).toISOString())
  if (at_least !== undefined) text.append('metadata', JSON.stringify({ n: { gte: at_least } }))
  return text.toString()
}

const lists = new Set([
  'ids',
  'serial_numbers',
  'part_numbers',
  'revision_numbers',
  'batch_numbers',
  'samples',
])

test(
  'any mix of filters, order and pages is what a look at every unit finds, on both ways to a page',
  { timeout: 60_000 },
  () => {
    let found = 0
    const { db, people } = station.store
    fc.assert(
      fc.property(
        query,
        fc.integer({ min: 1, max: 20 }),
        fc.constantFrom(1, 5, 10_000),
        (asked, limit, few) => {
          const seen: string[] = []
          let cursor: number | null = 0
          while (cursor !== null) {
            const text = `${written(asked)}&limit=${limit}&cursor=${cursor}`
            const page = listUnits(db, people, unitEndpoints.list.query.parse(parseQuery(text, lists)), few)
            seen.push(...page.data.map(({ serial_number }) => serial_number))
            cursor = page.meta.next_cursor
          }
          found += seen.length
          expect(seen).toEqual(naive(asked))
        },
      ),
      { numRuns: 600 },
    )
    expect(found).toBeGreaterThan(3_000)
  },
)
