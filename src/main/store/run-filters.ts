import { fold } from '../../model/identifier.ts'
import type { RunListQuery } from '../../model/run.ts'
import { standingIds } from './aliases.ts'
import type { ReadableDb } from './database.ts'
import { metadataTests } from './metadata-filter.ts'
import { among, join, oneOf, type Query, sql } from './sql.ts'
import { inBatch, serialContains } from './unit-search.ts'

/** Up to this many runs are fetched and sorted; more are met soon on any walk in the list's order. */
export const FEW = 10_000

/** What a filter asks of a run `t`. */
export interface Filter {
  /** By an index of its own. */
  readonly gather: Query
  /** Of one run that is at hand. */
  readonly test: Query
  /** Its index stands in the list's order too: nothing is sorted. */
  readonly keeps_order?: true
  /** Whether few runs pass, if it is found out otherwise than by counting them. */
  readonly probe?: (db: ReadableDb, few: number) => boolean
}

/** The plus keeps SQLite from the column's index. */
const plain = (gather: Query, keeps_order = false): Filter => ({
  gather,
  test: sql`+${gather}`,
  ...(keeps_order ? { keeps_order } : {}),
})

export function filtersOf(db: ReadableDb, query: RunListQuery): Filter[] {
  return [
    ...ofRuns(query),
    ...ofKinds(db, query),
    ...ofMakers(db, query),
    ...ofTimes(query),
    ...ofUnits(db, query),
    ...searched(db, query),
    ...(query.metadata ? metadataTests(sql`t.metadata`, query.metadata).map(onlyTested) : []),
  ]
}

/** No index knows the answer. */
const onlyTested = (test: Query): Filter => ({ gather: test, test, probe: () => false })

const ofRuns = ({ ids }: RunListQuery): Filter[] => (ids ? [plain(sql`t.id IN ${among(ids)}`)] : [])

/** One value of these stands in its index in the order of the start. */
function ofKinds(
  db: ReadableDb,
  { procedure_ids, procedure_versions, outcomes, sort_by }: RunListQuery,
): Filter[] {
  const found: Filter[] = []
  const by_start = sort_by === 'started_at'
  const among_pks = (column: Query, pks: readonly number[]) =>
    pks.length === 1 ? plain(sql`${column} = ${pks[0]!}`, by_start) : plain(oneOf(column, pks))
  if (procedure_ids) {
    const pks = db.rows<[number]>(sql`SELECT pk FROM procedures WHERE id IN ${among(procedure_ids)}`).flat()
    found.push(among_pks(sql`t.procedure_pk`, pks))
  }
  if (procedure_versions) {
    const keys = among(procedure_versions.map(fold))
    const pks = db.rows<[number]>(sql`SELECT pk FROM versions WHERE key IN ${keys}`).flat()
    found.push(among_pks(sql`t.version_pk`, pks))
  }
  if (outcomes)
    found.push(
      outcomes.length === 1
        ? plain(sql`t.outcome = ${outcomes[0]!}`, by_start)
        : plain(sql`t.outcome IN ${among(outcomes)}`),
    )
  return found
}

function ofMakers(db: ReadableDb, query: RunListQuery): Filter[] {
  const found: Filter[] = []
  if (query.created_by_user_ids) {
    const users = sql`SELECT pk FROM users WHERE id IN ${among(query.created_by_user_ids)}`
    found.push(plain(oneOf(sql`t.created_by_user_pk`, db.rows<[number]>(users).flat())))
  }
  if (query.created_by_station_ids) {
    const stations = sql`SELECT pk FROM stations WHERE id IN ${standingIds(query.created_by_station_ids)}`
    found.push(plain(oneOf(sql`t.created_by_station_pk`, db.rows<[number]>(stations).flat())))
  }
  if (query.operated_by_ids) found.push(plain(sql`t.operated_by_id IN ${among(query.operated_by_ids)}`))
  return found
}

function ofTimes(query: RunListQuery): Filter[] {
  const { sort_by } = query
  const range = (
    column: Query,
    from: number | undefined,
    to: number | undefined,
    keeps_order: boolean,
  ): Filter[] => {
    const tests = [
      ...(from === undefined ? [] : [sql`${column} >= ${from}`]),
      ...(to === undefined ? [] : [sql`${column} <= ${to}`]),
    ]
    if (tests.length === 0) return []
    const test = join(
      tests.map((one) => sql`+${one}`),
      ' AND ',
    )
    return [{ gather: join(tests, ' AND '), test, ...(keeps_order ? { keeps_order } : {}) }]
  }
  return [
    ...range(sql`t.started_at`, query.started_after, query.started_before, sort_by === 'started_at'),
    ...range(sql`t.ended_at`, query.ended_after, query.ended_before, false),
    ...range(sql`t.created_at`, query.created_after, query.created_before, sort_by === 'created_at'),
    ...range(sql`t.duration`, query.duration_min, query.duration_max, sort_by === 'duration'),
  ]
}

/** What is asked of the run's unit `u`, all of one unit. */
function ofUnits(db: ReadableDb, query: RunListQuery): Filter[] {
  const tests: Query[] = []
  if (query.serial_numbers) tests.push(sql`u.key IN ${among(query.serial_numbers.map(fold))}`)
  if (query.batch_numbers) tests.push(inBatch(query.batch_numbers))
  if (query.samples) tests.push(sql`u.sample IS NOT NULL AND u.sample IN ${among(query.samples)}`)
  if (query.part_numbers || query.revision_numbers) tests.push(ofRevisions(db, query))
  return tests.length === 0 ? [] : [ofUnit(join(tests, ' AND '))]
}

function ofRevisions(db: ReadableDb, { part_numbers, revision_numbers }: RunListQuery): Query {
  const ofPart = part_numbers ? sql`p.key IN ${among(part_numbers.map(fold))}` : sql`TRUE`
  const numbered = revision_numbers ? sql`r.key IN ${among(revision_numbers.map(fold))}` : sql`TRUE`
  const pks = db.rows<[number]>(
    sql`SELECT r.pk FROM revisions r JOIN parts p ON p.pk = r.part_pk WHERE ${ofPart} AND ${numbered}`,
  )
  return oneOf(sql`u.revision_pk`, pks.flat())
}

const ofUnit = (asked: Query): Filter => ({
  gather: sql`t.unit_pk IN (SELECT u.pk FROM units u WHERE ${asked})`,
  test: sql`EXISTS (SELECT 1 FROM units u WHERE u.pk = t.unit_pk AND ${asked})`,
  // Many units without a run would be counted in vain.
  probe: (db, few) =>
    db.rows(sql`SELECT 1 FROM units u WHERE ${asked} LIMIT 1 OFFSET ${few}`).length === 0 &&
    db.rows(sql`
      SELECT 1 FROM units u CROSS JOIN runs t ON t.unit_pk = u.pk WHERE ${asked} LIMIT 1 OFFSET ${few}`)
      .length === 0,
})

/** Part of a serial number, or the beginning of a run's id. */
function searched(db: ReadableDb, { search_query }: RunListQuery): Filter[] {
  if (search_query === undefined) return []
  const { gather, test, probe } = ofUnit(serialContains(db, search_query))
  const begins = fold(search_query)
  const named = sql`(t.id >= ${begins} AND t.id < ${`${begins}\u{10ffff}`})`
  return [{ gather: sql`(${named} OR ${gather})`, test: sql`(${named} OR ${test})`, probe: probe! }]
}
