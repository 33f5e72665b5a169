import { idWithin } from '../../host/id.ts'
import { formatDuration } from '../../model/duration.ts'
import { type Refusal, refuse } from '../../model/error.ts'
import { fold } from '../../model/identifier.ts'
import { type Page, page } from '../../model/page.ts'
import { report } from '../../model/run-report.ts'
import { type RunDetail, type RunItem, type RunListQuery, UNSLOTTED } from '../../model/run.ts'
import { formatTime } from '../../model/time.ts'
import { attachmentsOf, type LinkTo } from './attachments.ts'
import type { Queryable } from './database.ts'
import { all, among, estimate, isGathered, pieceOf, revisionIds, revisionsOf } from './filters.ts'
import { openPage } from './groups.ts'
import { metadataTests } from './metadata-filter.ts'
import { readPayload } from './payloads.ts'
import { join, type Query, sql } from './sql.ts'
import { inBatch } from './unit-list.ts'
import { type PartColumns, partColumns, partOf } from './units.ts'

/** Runs by page: which ones first, then what is shown of them. */
export async function listRuns(db: Queryable, query: RunListQuery): Promise<Page<RunItem>> {
  const { limit, cursor, include_metadata } = query
  // No run comes from a deployment or has an environment here.
  if (query.deployment_ids || query.environments) return page([], limit, cursor)
  const ids = await idsOf(db, query)
  const rows = await readRuns(
    db,
    sql`(SELECT t.*, wanted.place FROM unnest(${ids}::text[]) WITH ORDINALITY AS wanted(id, place) JOIN runs t ON t.id = wanted.id)`,
    sql`ORDER BY t.place`,
  )
  return page(
    rows.map((row) => toItem(row, include_metadata)),
    limit,
    cursor,
  )
}

async function idsOf(db: Queryable, query: RunListQuery): Promise<readonly string[]> {
  const { sort_by, sort_order } = query
  const own = [...conditionsOf(query), ...(await searched(db, query))]
  const gathering = all([...own, ...unitConditions(query, await revisionIds(db, query))])
  const { from, order, groups } = orders[sort_by]
  const any = sql`SELECT FROM runs t WHERE ${gathering}`
  const found = openPage(db, query)
  if (groups === undefined || (await isGathered(db, any, sql`SELECT FROM runs`, query))) {
    await found.next({
      rows: sql`SELECT t.id FROM ${from} WHERE ${gathering}`,
      order: directed(order, sort_order),
    })
    return found.found
  }
  const wanted = await db.rows<{ id: string }>(
    sql`${groups} WHERE r.id IN (${revisionsOf(query)}) ORDER BY ${directed(order.slice(0, -3), sort_order)}`,
  )
  const matching = all([...own, ...unitConditions(query, undefined)])
  await found.groups(
    wanted.map(({ id }) => id),
    {
      rows: sql`SELECT t.id FROM units o JOIN runs t ON t.unit_id = o.id
        WHERE o.revision_id = g.id AND o.held IS NOT NULL AND o.tested AND ${matching}`,
      order: directed(order.slice(-3), sort_order),
    },
  )
  return found.found
}

const directed = (columns: readonly Query[], direction: RunListQuery['sort_order']) =>
  join(
    columns.map((column) => (direction === 'asc' ? column : sql`${column} DESC`)),
    ', ',
  )

interface Order {
  readonly from: Query
  readonly order: readonly Query[]
  /** The revisions by which the runs are sorted before all else; then the order's last three columns stand within one. */
  readonly groups?: Query
}

const ofRun = (column: Query): Order => ({ from: sql`runs t`, order: [column, sql`t.pk`] })
const [unit, start, place] = [sql`o.pk`, sql`t.started_at`, sql`t.pk`]
const withPart = sql`runs t JOIN units o ON o.id = t.unit_id JOIN revisions r ON r.id = o.revision_id JOIN parts p ON p.id = r.part_id`
const revisions = sql`SELECT r.id FROM revisions r JOIN parts p ON p.id = r.part_id`

const orders: Record<RunListQuery['sort_by'], Order> = {
  started_at: ofRun(start),
  created_at: ofRun(sql`t.created_at`),
  duration: ofRun(sql`t.duration`),
  outcome: { from: sql`runs t`, order: [sql`t.outcome`, start, place] },
  serial_number: {
    from: sql`units o JOIN runs t ON t.unit_id = o.id AND o.held IS NOT NULL AND o.tested`,
    order: [sql`o.held`, start, place],
  },
  part_number: { from: withPart, order: [sql`p.held`, sql`r.held`, unit, start, place], groups: revisions },
  revision_number: { from: withPart, order: [sql`r.held`, sql`r.pk`, unit, start, place], groups: revisions },
}

function conditionsOf(query: RunListQuery): Query[] {
  const found: Query[] = [sql`t.held IS NOT NULL`]
  if (query.ids) found.push(sql`t.id ${among(query.ids)}`)
  if (query.outcomes) found.push(sql`t.outcome ${among(query.outcomes)}`)
  if (query.procedure_ids) found.push(sql`t.procedure_id ${among(query.procedure_ids)}`)
  if (query.procedure_versions)
    found.push(
      sql`t.version_id IN (SELECT id FROM versions WHERE held ${among(query.procedure_versions.map(fold))})`,
    )
  if (query.created_by_user_ids) found.push(sql`t.created_by_user_id ${among(query.created_by_user_ids)}`)
  if (query.created_by_station_ids)
    found.push(sql`t.created_by_station_id ${among(query.created_by_station_ids)}`)
  if (query.operated_by_ids) found.push(sql`t.operated_by_id ${among(query.operated_by_ids)}`)
  const ranges: readonly (readonly [column: Query, from: number | undefined, to: number | undefined])[] = [
    [sql`t.started_at`, query.started_after, query.started_before],
    [sql`t.ended_at`, query.ended_after, query.ended_before],
    [sql`t.created_at`, query.created_after, query.created_before],
    [sql`t.duration`, query.duration_min, query.duration_max],
  ]
  for (const [column, from, to] of ranges) {
    if (from !== undefined) found.push(sql`${column} >= ${from}::bigint`)
    if (to !== undefined) found.push(sql`${column} <= ${to}::bigint`)
  }
  if (query.metadata) found.push(...metadataTests(sql`t.metadata`, query.metadata))
  return found
}

/** What is asked of the run's unit, all of one unit. */
function unitConditions(query: RunListQuery, revision_ids: readonly string[] | undefined): Query[] {
  const tests: Query[] = []
  if (query.serial_numbers) tests.push(sql`u.held ${among(query.serial_numbers.map(fold))}`)
  if (query.batch_numbers) tests.push(inBatch(query.batch_numbers))
  if (query.samples) tests.push(sql`u.sample ${among(query.samples)}`)
  if (revision_ids) tests.push(sql`u.revision_id ${among(revision_ids)}`)
  return tests.length === 0 ? [] : [sql`t.unit_id IN (SELECT u.id FROM units u WHERE ${all(tests)})`]
}

/** Up to this many expected runs are looked up by a text; more are compared on the way. */
const FEW = 20_000

/** Part of the serial number, or the beginning of the run's id. */
async function searched(db: Queryable, { search_query }: RunListQuery): Promise<Query[]> {
  if (search_query === undefined) return []
  const piece = pieceOf(search_query)
  const begins = piece.slice(1)
  const found = sql`SELECT named.id FROM runs named WHERE named.id LIKE ${begins}
    UNION ALL SELECT its.id FROM units u JOIN runs its ON its.unit_id = u.id WHERE lower(u.held) LIKE ${piece}`
  return (await estimate(db, found)) <= FEW
    ? [sql`t.id IN (${found})`]
    : [
        sql`(t.id LIKE ${begins} OR EXISTS (
          SELECT FROM units u WHERE u.id = t.unit_id AND lower(u.held) LIKE ${piece} OFFSET 0))`,
      ]
}

interface RunRow extends PartColumns {
  readonly id: string
  readonly created_at: number
  readonly started_at: number
  readonly ended_at: number
  readonly outcome: RunItem['outcome']
  readonly docstring: string | null
  readonly metadata: RunDetail['metadata']
  readonly payload: string | null
  readonly unit_id: string
  readonly serial_number: string
  readonly sample: RunItem['unit']['sample']
  readonly batch_id: string | null
  readonly batch_number: string | null
  readonly procedure_id: string
  readonly procedure_name: string
  readonly version_id: string | null
  readonly tag: string | null
  readonly user_id: string | null
  readonly user_name: string | null
  readonly user_email: string | null
  readonly station_id: string | null
  readonly station_name: string | null
  readonly operated_by_id: string | null
  readonly operator_name: string | null
  readonly operator_email: string | null
}

/** Everything that is shown of runs. @param from names them @param which says which of them `t`, in which order */
const readRuns = (db: Queryable, from: Query, which: Query) =>
  db.rows<RunRow>(sql`
    SELECT t.id, t.created_at, t.started_at, t.ended_at, t.outcome, t.docstring, t.metadata, t.payload, t.unit_id,
      u.serial_number, u.sample, b.id AS batch_id, b.number AS batch_number, ${partColumns}, t.procedure_id,
      q.name AS procedure_name, v.id AS version_id, v.tag, t.created_by_user_id AS user_id, maker.name AS user_name,
      maker.email AS user_email, t.created_by_station_id AS station_id, s.name AS station_name, t.operated_by_id,
      operator.name AS operator_name, operator.email AS operator_email
    FROM ${from} t JOIN units u ON u.id = t.unit_id JOIN revisions r ON r.id = u.revision_id JOIN parts p ON p.id = r.part_id
      JOIN procedures q ON q.id = t.procedure_id LEFT JOIN versions v ON v.id = t.version_id
      LEFT JOIN batches b ON b.id = u.batch_id LEFT JOIN users maker ON maker.id = t.created_by_user_id
      LEFT JOIN stations s ON s.id = t.created_by_station_id LEFT JOIN users operator ON operator.id = t.operated_by_id
    ${which}`)

const person = (id: string | null, name: string | null, email: string | null) =>
  id === null ? null : { id, name, email }

const toItem = (row: RunRow, include_metadata: boolean): RunItem => ({
  ...UNSLOTTED,
  id: row.id,
  created_at: formatTime(row.created_at),
  started_at: formatTime(row.started_at),
  ended_at: formatTime(row.ended_at),
  duration: formatDuration(row.ended_at - row.started_at),
  outcome: row.outcome,
  docstring: row.docstring,
  created_by_user: person(row.user_id, row.user_name, row.user_email),
  created_by_station:
    row.station_id === null ? null : { id: row.station_id, name: row.station_name ?? row.station_id },
  operated_by: person(row.operated_by_id, row.operator_name, row.operator_email),
  procedure: {
    id: row.procedure_id,
    name: row.procedure_name,
    version: row.version_id === null ? null : { id: row.version_id, tag: row.tag! },
  },
  unit: {
    id: row.unit_id,
    serial_number: row.serial_number,
    sample: row.sample,
    part: partOf(row),
    batch: row.batch_id === null ? null : { id: row.batch_id, number: row.batch_number! },
  },
  ...(include_metadata ? { metadata: row.metadata } : {}),
})

/** One run with what was measured, as far as its station has sent it. */
export async function getRun(db: Queryable, id: string, linkTo: LinkTo): Promise<RunDetail | Refusal> {
  const [row] = await readRuns(db, sql`runs`, sql`WHERE t.id = ${id} AND t.held IS NOT NULL`)
  if (row === undefined) return refuse('NOT_FOUND', `Run ${id} not found`)
  return {
    ...toItem(row, false),
    metadata: row.metadata,
    config: [],
    secrets: [],
    ...(await measured(db, row)),
    attachments: (await attachmentsOf(db, { run_id: id }, linkTo)).map((one) => ({
      ...one,
      is_report: false,
    })),
    sub_units: await db.rows(sql`
      SELECT u.id, u.serial_number, p.number AS part_number, p.name AS part_name
      FROM units u JOIN revisions r ON r.id = u.revision_id JOIN parts p ON p.id = r.part_id
      WHERE u.parent_id = ${row.unit_id} AND u.held IS NOT NULL ORDER BY u.held`),
  }
}

async function measured(
  db: Queryable,
  { id, payload }: RunRow,
): Promise<Pick<RunDetail, 'phases' | 'logs' | 'payload'>> {
  if (payload === null) return { phases: [], logs: [], payload: 'none' }
  const found = await readPayload(db, payload)
  if (found === undefined) return { phases: [], logs: [], payload: 'elsewhere' }
  return { ...report(found, (place) => idWithin(id, place)), payload: 'here' }
}
