import { fold } from '../../model/identifier.ts'
import type { RunListQuery } from '../../model/run.ts'
import { standingIds } from './aliases.ts'
import type { ReadableDb } from './database.ts'
import { both, type Filter, onlyTested, ordered, plain, range, unindexed } from './filters.ts'
import { metadataTests } from './metadata-filter.ts'
import { among, oneOf, type Query, sql } from './sql.ts'
import { inBatch, serialContains } from './unit-search.ts'

/** What is asked of runs, called `t`. */
export function filtersOf(db: ReadableDb, query: RunListQuery): Filter[] {
  const { sort_by } = query
  const started = range(sql`t.started_at`, query.started_after, query.started_before)
  const created = range(sql`t.created_at`, query.created_after, query.created_before)
  const kinds = ofKinds(db, query)
  const makers = ofMakers(db, query)
  return [
    ...(query.ids ? [plain(sql`t.id IN ${among(query.ids)}`)] : []),
    ...within(kinds, started, sort_by, 'started_at'),
    ...within(makers, created, sort_by, 'created_at'),
    ...ordered(range(sql`t.ended_at`, query.ended_after, query.ended_before), false),
    ...ordered(range(sql`t.duration`, query.duration_min, query.duration_max), sort_by === 'duration'),
    ...ofUnits(db, query),
    ...searched(db, query),
    ...(query.metadata ? metadataTests(sql`t.metadata`, query.metadata).map(onlyTested) : []),
  ]
}

type Order = RunListQuery['sort_by']

/** Values of columns that an index has before the time of the list. */
interface Kind {
  readonly tests: readonly Query[]
  /** Orders in which its runs stand if each column has one value. */
  readonly orders: readonly Order[]
  readonly values: readonly (readonly Query[])[]
}

/** A period is looked up in the indexes of the values that are wanted with it, for it stands there next. */
function within(
  kinds: readonly Kind[],
  period: readonly Query[],
  sort_by: Order,
  time: 'started_at' | 'created_at',
): Filter[] {
  if (kinds.length === 0) return ordered(period, sort_by === time)
  return kinds.map(({ tests, orders, values }) => {
    const all = [...tests, ...period]
    const filter = { gather: both(all), test: unindexed(all) }
    if (!orders.includes(sort_by) || (sort_by !== time && period.length > 0)) return filter
    return values.length === 1
      ? { ...filter, along: filter.gather }
      : { ...filter, each: values.map((one) => both([...one, ...period])) }
  })
}

type Column = { readonly name: Query; readonly values: readonly (string | number)[] }

const is = ({ name }: Column, value: string | number) => sql`${name} = ${value}`
const isAmong = ({ name, values }: Column) =>
  values.length === 1
    ? is({ name, values }, values[0]!)
    : sql`${name} IN (SELECT value FROM json_each(${JSON.stringify(values)}))`

const kindOf = (column: Column, orders: readonly Order[]): Kind => ({
  tests: [column.values.length === 0 ? sql`FALSE` : isAmong(column)],
  orders,
  values: column.values.map((value) => [is(column, value)]),
})

function ofKinds(db: ReadableDb, query: RunListQuery): Kind[] {
  const { procedure_ids, procedure_versions, outcomes, operated_by_ids } = query
  const found: Kind[] = []
  const outcome = outcomes && { name: sql`t.outcome`, values: [...new Set(outcomes)] }
  if (procedure_ids) {
    const pks = sql`SELECT pk FROM procedures WHERE id IN ${among(procedure_ids)}`
    const procedure = { name: sql`t.procedure_pk`, values: db.rows<[number]>(pks).flat() }
    found.push(outcome ? ofBoth(procedure, outcome) : kindOf(procedure, ['started_at', 'outcome']))
  } else if (outcome) found.push(kindOf(outcome, ['started_at', 'outcome']))
  if (procedure_versions) {
    const pks = sql`SELECT pk FROM versions WHERE key IN ${among(procedure_versions.map(fold))}`
    found.push(kindOf({ name: sql`t.version_pk`, values: db.rows<[number]>(pks).flat() }, ['started_at']))
  }
  if (operated_by_ids)
    found.push(kindOf({ name: sql`t.operated_by_id`, values: [...new Set(operated_by_ids)] }, ['started_at']))
  return found
}

/** Procedures and outcomes share an index. */
function ofBoth(procedure: Column, outcome: Column): Kind {
  return {
    tests: [procedure.values.length === 0 ? sql`FALSE` : isAmong(procedure), isAmong(outcome)],
    orders: ['started_at', 'outcome'],
    values: procedure.values.flatMap((pk) =>
      outcome.values.map((value) => [is(procedure, pk), is(outcome, value)]),
    ),
  }
}

function ofMakers(db: ReadableDb, query: RunListQuery): Kind[] {
  const found: Kind[] = []
  if (query.created_by_user_ids) {
    const users = sql`SELECT pk FROM users WHERE id IN ${among(query.created_by_user_ids)}`
    found.push(
      kindOf({ name: sql`t.created_by_user_pk`, values: db.rows<[number]>(users).flat() }, ['created_at']),
    )
  }
  if (query.created_by_station_ids) {
    const stations = sql`SELECT pk FROM stations WHERE id IN ${standingIds('station', query.created_by_station_ids)}`
    const column = { name: sql`t.created_by_station_pk`, values: db.rows<[number]>(stations).flat() }
    found.push(kindOf(column, ['created_at']))
  }
  return found
}

/** What is asked of the run's unit `u`, all of one unit. */
function ofUnits(db: ReadableDb, query: RunListQuery): Filter[] {
  const tests: Query[] = []
  if (query.serial_numbers) tests.push(sql`u.key IN ${among(query.serial_numbers.map(fold))}`)
  if (query.batch_numbers) tests.push(inBatch(query.batch_numbers))
  if (query.samples) tests.push(sql`u.sample IS NOT NULL AND u.sample IN ${among(query.samples)}`)
  if (!query.part_numbers && !query.revision_numbers) return tests.length === 0 ? [] : [ofUnit(both(tests))]
  const pks = revisionsOf(db, query)
  const filter = ofUnit(both([...tests, oneOf(sql`u.revision_pk`, pks)]))
  // Part and revision stand before the unit in these orders.
  const by_revision = query.sort_by === 'part_number' || query.sort_by === 'revision_number'
  return [tests.length === 0 && by_revision ? { ...filter, along: oneOf(sql`+r.pk`, pks) } : filter]
}

function revisionsOf(db: ReadableDb, { part_numbers, revision_numbers }: RunListQuery): number[] {
  const ofPart = part_numbers ? sql`p.key IN ${among(part_numbers.map(fold))}` : sql`TRUE`
  const numbered = revision_numbers ? sql`r.key IN ${among(revision_numbers.map(fold))}` : sql`TRUE`
  return db
    .rows<[number]>(
      sql`SELECT r.pk FROM revisions r JOIN parts p ON p.pk = r.part_pk WHERE ${ofPart} AND ${numbered}`,
    )
    .flat()
}

const ofUnit = (asked: Query, test = asked): Filter => ({
  gather: sql`t.unit_pk IN (SELECT u.pk FROM units u WHERE ${asked})`,
  test: sql`EXISTS (SELECT 1 FROM units u WHERE u.pk = t.unit_pk AND ${test})`,
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
  const serial = serialContains(db, search_query)
  const { gather, test, probe } = ofUnit(serial.gather, serial.test)
  const begins = fold(search_query)
  const named = sql`(t.id >= ${begins} AND t.id < ${`${begins}\u{10ffff}`})`
  return [
    {
      gather: sql`(${named} OR ${gather})`,
      test: sql`(${named} OR ${test})`,
      probe: (_, few) =>
        (serial.probe ?? probe!)(db, few) &&
        db.rows(sql`SELECT 1 FROM runs t WHERE ${named} LIMIT 1 OFFSET ${few}`).length === 0,
    },
  ]
}
