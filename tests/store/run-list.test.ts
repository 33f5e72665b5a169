import fc from 'fast-check'
import { beforeEach, expect, test } from 'vitest'

import { parseQuery } from '../../src/http/target.ts'
import { listRuns } from '../../src/main/store/run-list.ts'
import { listUnits } from '../../src/main/store/unit-list.ts'
import { type RunItem, runEndpoints } from '../../src/model/run.ts'
import { type UnitItem, unitEndpoints } from '../../src/model/unit.ts'
import { openStation, type StationUnderTest } from '../support/station.ts'

const RUNS = 60
const OUTCOMES = ['PASS', 'FAIL', 'ERROR', 'TIMEOUT', 'ABORTED'] as const
const start = (i: number) => Date.parse('2026-01-01T00:00:00Z') + ((i * 7) % 40) * 60_000

let station: StationUnderTest
/** Every run with its place in the order of coming. */
let runs: (RunItem & { readonly place: number })[]
let procedures: readonly string[]

beforeEach(async () => {
  station = await openStation()
  const post = (target: string, body: object) => station.done('POST', target, { body })
  procedures = await Promise.all(
    ['FCT', 'ict', 'Burn-in'].map(async (name) => (await post('/v2/procedures', { name })).id),
  )
  for (let i = 0; i < RUNS; i++) {
    await post('/v2/runs', {
      outcome: OUTCOMES[i % 5],
      procedure_id: procedures[i % 3],
      procedure_version: i % 4 === 0 ? ['v1', 'V1', 'v2'][i % 3] : null,
      started_at: new Date(start(i)).toISOString(),
      ended_at: new Date(start(i) + (i % 6) * 30_000).toISOString(),
      serial_number: `${i % 2 === 0 ? 'SN' : 'sn'}-${(i * 5) % 24}`,
      part_number: ['P', 'q', 'R'][i % 3],
      revision_number: i % 8 === 0 ? 'B' : 'A',
      ...(i % 7 === 0 ? { batch_number: ['LOT-1', 'lot-2'][i % 2] } : {}),
      ...(i % 4 === 1 ? { operated_by: 'ada@lotkeeper.invalid' } : {}),
      ...(i % 3 === 0 ? {} : { metadata: { n: i } }),
    })
    if (i % 3 === 2) station.pass(1000)
  }
  await station.done('PATCH', '/v2/units/sn-0', { body: { sample: 'golden' } })
  await post('/v2/units', { serial_number: 'untested', part_number: 'P', revision_number: 'A' })
  const { data } = await station.done<{ data: RunItem[] }>(
    'GET',
    '/v2/runs?limit=100&sort_by=created_at&sort_order=asc&include_metadata=true',
  )
  runs = data.map((run, place) => ({ ...run, place }))
})

type Asked = Readonly<Record<string, readonly string[] | undefined>>

const some = (...values: string[]) =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 })
const one = (...values: string[]) => fc.constantFrom(...values).map((value) => [value])
const time = fc.integer({ min: 0, max: 40 }).map((i) => [new Date(start(i)).toISOString()])
/** Few filters at a time: more of them leave nothing to find. */
const seldom = <Value>(value: fc.Arbitrary<Value>) =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value })

const asked: fc.Arbitrary<Asked> = fc.record({
  search_query: seldom(one('s', 'SN-1', '-2', '9', 'none', '0000')),
  ids: seldom(some('0', '7', '59')),
  outcomes: seldom(some(...OUTCOMES)),
  procedure_ids: seldom(some('0', '1', '2', 'none')),
  procedure_versions: seldom(some('v1', 'V2', 'none')),
  serial_numbers: seldom(some('SN-0', 'sn-5', 'Sn-10', 'none')),
  samples: seldom(some('golden', 'failing')),
  part_numbers: seldom(some('p', 'Q', 'none')),
  revision_numbers: seldom(some('a', 'B', 'none')),
  batch_numbers: seldom(some('', 'lot-1', 'LOT-2', 'none')),
  duration_min: seldom(one('PT0S', 'PT30S', 'PT1M', 'PT2M0.5S')),
  duration_max: seldom(one('PT0S', 'PT1M30S')),
  started_after: seldom(time),
  started_before: seldom(time),
  ended_after: seldom(time),
  created_before: seldom(one('2026-01-01T00:00:05Z')),
  created_by_user_ids: seldom(one('$user', 'none')),
  operated_by_ids: seldom(one('$user', 'none')),
  deployment_ids: seldom(one('none')),
  metadata: seldom(one('{"n":{"gte":20}}', '')),
  sort_by: fc
    .constantFrom(
      'started_at',
      'created_at',
      'duration',
      'outcome',
      'serial_number',
      'part_number',
      'revision_number',
    )
    .map((value) => [value]),
  sort_order: one('asc', 'desc'),
})

const lower = (text: string) => text.toLowerCase()
const among = (values: readonly string[] | undefined, value: string | null | undefined) =>
  values === undefined || values.some((each) => lower(each) === lower(value ?? '\0'))
const ms = (text: string) => {
  const [, minutes = 0, seconds = 0] = /^PT(?:(\d+)M)?(?:([\d.]+)S)?$/.exec(text)!.map((part) => Number(part))
  return (Number.isNaN(minutes) ? 0 : minutes) * 60_000 + (Number.isNaN(seconds) ? 0 : seconds) * 1000
}
const took = (run: RunItem) => Date.parse(run.ended_at) - Date.parse(run.started_at)
const from = (bound: readonly string[] | undefined, value: string) =>
  bound === undefined || Date.parse(value) >= Date.parse(bound[0]!)
const upTo = (bound: readonly string[] | undefined, value: string) =>
  bound === undefined || Date.parse(value) <= Date.parse(bound[0]!)

/** The same question, asked of all runs one by one. */
function naive(query: Asked): string[] {
  const term = lower(query['search_query']?.[0] ?? '')
  const found = runs.filter(
    (run) =>
      (lower(run.unit.serial_number).includes(term) || run.id.startsWith(term)) &&
      (query['ids']?.includes(String(run.place)) ?? true) &&
      among(query['outcomes'], run.outcome) &&
      (query['procedure_ids']?.includes(String(procedures.indexOf(run.procedure.id))) ?? true) &&
      among(query['procedure_versions'], run.procedure.version?.tag) &&
      among(query['serial_numbers'], run.unit.serial_number) &&
      among(query['samples'], run.unit.sample) &&
      among(query['part_numbers'], run.unit.part.number) &&
      among(query['revision_numbers'], run.unit.part.revision.number) &&
      among(query['batch_numbers'], run.unit.batch?.number ?? '') &&
      (query['duration_min'] === undefined || took(run) >= ms(query['duration_min'][0]!)) &&
      (query['duration_max'] === undefined || took(run) <= ms(query['duration_max'][0]!)) &&
      from(query['started_after'], run.started_at) &&
      upTo(query['started_before'], run.started_at) &&
      from(query['ended_after'], run.ended_at) &&
      upTo(query['created_before'], run.created_at) &&
      query['created_by_user_ids']?.[0] !== 'none' &&
      (query['operated_by_ids'] === undefined ||
        (query['operated_by_ids'][0] !== 'none' && run.operated_by !== null)) &&
      query['deployment_ids'] === undefined &&
      (!query['metadata']?.[0] || Number(run.metadata?.['n']) >= 20),
  )
  const key = orderOf(query['sort_by']![0]!)
  const sorted = found.toSorted((a, b) => {
    const [x, y] = [key(a), key(b)]
    const at = x.findIndex((value, i) => value !== y[i])
    return at === -1 ? 0 : x[at]! < y[at]! ? -1 : 1
  })
  return (query['sort_order']![0] === 'asc' ? sorted : sorted.toReversed()).map(({ id }) => id)
}

type Placed = (typeof runs)[number]

/** What a run is sorted by, first things first; the last is its place. */
function orderOf(sort_by: string): (run: Placed) => (string | number)[] {
  const revision = ({ unit: { part } }: Placed) => [lower(part.revision.number), lower(part.number)]
  const firstOfUnit = ({ unit }: Placed) => runs.find((other) => other.unit.id === unit.id)!.place
  switch (sort_by) {
    case 'started_at':
      return (run) => [run.started_at, run.place]
    case 'created_at':
      return (run) => [run.place]
    case 'duration':
      return (run) => [took(run), run.place]
    case 'outcome':
      return (run) => [run.outcome, run.started_at, run.place]
    case 'serial_number':
      return (run) => [lower(run.unit.serial_number), run.started_at, run.place]
    case 'part_number':
      return (run) => [...revision(run).toReversed(), firstOfUnit(run), run.started_at, run.place]
    default:
      // Revisions of one number stand in the order in which they were made.
      return (run) => [
        revision(run)[0]!,
        revisionPlace(run.unit.part.revision.id),
        firstOfUnit(run),
        run.started_at,
        run.place,
      ]
  }
}

const revisionPlace = (id: string) =>
  station.database.one<{ pk: number }>({ text: 'SELECT pk FROM revisions WHERE id = +?', values: [id] })!.pk

function queryOf(query: Asked) {
  const filled = Object.fromEntries(
    Object.entries(query).flatMap(([name, values]) => {
      if (values === undefined) return []
      const list = values.map((value) => {
        if (name === 'ids') return runs[Number(value)]!.id
        if (name === 'procedure_ids') return procedures[Number(value)] ?? value
        return value.replace('$user', station.ids.user)
      })
      return [[name, /(s|_by_ids)$/.test(name) && name !== 'metadata' ? list : list[0]!]]
    }),
  )
  return runEndpoints.list.query.parse(filled)
}

test(
  'any mix of filters, order and pages is what a look at every run finds, on both ways to a page',
  { timeout: 60_000 },
  () => {
    let found = 0
    fc.assert(
      fc.property(
        asked,
        fc.integer({ min: 1, max: 20 }),
        fc.constantFrom(1, 5, 10_000),
        (query, limit, few) => {
          const seen: string[] = []
          let cursor: number | null = 0
          while (cursor !== null) {
            const page = listRuns(station.store.db, { ...queryOf(query), limit, cursor }, few)
            seen.push(...page.data.map(({ id }) => id))
            cursor = page.meta.next_cursor
          }
          found += seen.length
          expect(seen).toEqual(naive(query))
        },
      ),
      { numRuns: 600 },
    )
    expect(found).toBeGreaterThan(3_000)
  },
)

const lists = new Set(['procedure_ids', 'outcomes'])

const unitQuery = fc.record({
  procedure_ids: seldom(some('0', '1', 'none')),
  outcomes: seldom(some(...OUTCOMES)),
  started_after: seldom(time),
  started_before: seldom(time),
  latest_only: one('true', 'false'),
  run_count_min: seldom(one('1', '2', '3', '0')),
  run_count_max: seldom(one('0', '2', '3')),
  sort_by: one('last_run_at', 'last_run_procedure', 'serial_number'),
  sort_order: one('asc', 'desc'),
})

/** The same question, asked of all units one by one. */
function naiveUnits(units: readonly UnitItem[], query: Asked): string[] {
  const runsOf = (unit: UnitItem) => runs.filter((run) => run.unit.id === unit.id)
  const passes = (run: Placed) =>
    (query['procedure_ids']?.includes(String(procedures.indexOf(run.procedure.id))) ?? true) &&
    among(query['outcomes'], run.outcome) &&
    from(query['started_after'], run.started_at) &&
    upTo(query['started_before'], run.started_at)
  const asks = ['procedure_ids', 'outcomes', 'started_after', 'started_before'].some((name) => query[name])
  const found = units.filter((unit) => {
    const own = runsOf(unit)
    const last = own.filter((run) => run.id === unit.last_run?.id)
    return (
      (!asks || (query['latest_only']![0] === 'true' ? last : own).some(passes)) &&
      own.length >= Number(query['run_count_min']?.[0] ?? 0) &&
      own.length <= Number(query['run_count_max']?.[0] ?? 99)
    )
  })
  const key = (unit: UnitItem) => {
    if (query['sort_by']![0] === 'serial_number') return lower(unit.serial_number)
    if (query['sort_by']![0] === 'last_run_at') return unit.last_run?.started_at ?? ''
    return lower(unit.last_run?.procedure?.name ?? '')
  }
  const place = (unit: UnitItem) => units.indexOf(unit)
  const sorted = found.toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : place(a) - place(b)))
  return (query['sort_order']![0] === 'asc' ? sorted : sorted.toReversed()).map(({ id }) => id)
}

test(
  'units are found and sorted by their runs as a look at each finds them, on both ways to a page',
  { timeout: 60_000 },
  () => {
    const { db, people } = station.store
    const list = (query: string, few?: number) =>
      listUnits(db, people, unitEndpoints.list.query.parse(parseQuery(query, lists)), few)
    const { data: units } = list('limit=100&sort_by=created_at&sort_order=asc')
    for (const unit of units) {
      const own = runs.filter((run) => run.unit.id === unit.id)
      const last = own
        .toSorted((a, b) =>
          a.started_at < b.started_at ? -1 : a.started_at > b.started_at ? 1 : a.place - b.place,
        )
        .at(-1)
      expect(unit.last_run?.id).toBe(last?.id)
    }
    const few = fc.constantFrom(1, 5, 10_000)
    fc.assert(
      fc.property(unitQuery, fc.integer({ min: 1, max: 20 }), few, (query, limit, at_most) => {
        const text = new URLSearchParams({ limit: String(limit) })
        for (const [name, values] of Object.entries(query as Asked))
          for (const value of values ?? [])
            text.append(name, name === 'procedure_ids' ? (procedures[Number(value)] ?? value) : value)
        const seen: string[] = []
        let cursor: number | null = 0
        while (cursor !== null) {
          text.set('cursor', String(cursor))
          const { data, meta } = list(text.toString(), at_most)
          seen.push(...data.map(({ id }) => id))
          cursor = meta.next_cursor
        }
        expect(seen).toEqual(naiveUnits(units, query as Asked))
      }),
      { numRuns: 600 },
    )
  },
)
