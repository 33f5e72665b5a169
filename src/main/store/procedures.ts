import type { Actor } from '../../model/actor.ts'
import { type Refusal, refuse } from '../../model/error.ts'
import { fold } from '../../model/identifier.ts'
import { type Page, page } from '../../model/page.ts'
import {
  type ProcedureDetail,
  type ProcedureItem,
  type ProcedureListQuery,
  type ProcedureUpdate,
  RECENT_RUNS,
} from '../../model/procedure.ts'
import { formatTime } from '../../model/time.ts'
import { type Author, accept } from './accept.ts'
import type { ReadableDb, WritableDb } from './database.ts'
import { mayUse, seenBy, type StationRuns } from './links.ts'
import { type Query, join, sql } from './sql.ts'

const notFound = (id: string) => refuse('NOT_FOUND', `Procedure ${id} not found`)

/** Procedures by page, the newest first. */
export function listProcedures(
  db: ReadableDb,
  actor: Actor,
  rule: StationRuns,
  query: ProcedureListQuery,
): Page<ProcedureItem> {
  const { limit, cursor } = query
  const rows = db.all<{
    pk: number
    id: string
    name: string
    created_at: number
    user_id: string
    user_name: string | null
    email: string
  }>(sql`
    SELECT q.pk, q.id, q.name, q.created_at, u.id AS user_id, u.name AS user_name, u.email
    FROM procedures q LEFT JOIN users u ON u.pk = q.created_by_user_pk WHERE ${matching(db, actor, rule, query)}
    ORDER BY q.created_at DESC, q.pk DESC LIMIT ${limit + 1} OFFSET ${cursor}`)
  const items = rows.map(({ pk, id, name, created_at, user_id, user_name, email }) => ({
    id,
    name,
    created_at: formatTime(created_at),
    created_by_user: { id: user_id, name: user_name, email },
    linkedRepository: null,
    runs: recentRuns(db, pk).map(({ unit_id, serial_number: _serial, ...run }) => ({
      ...run,
      unit: { id: unit_id },
    })),
  }))
  return page(items, limit, cursor)
}

/** Part of the name in any case, or the beginning of an id. */
function matching(
  db: ReadableDb,
  actor: Actor,
  rule: StationRuns,
  { search_query, created_after, created_before }: ProcedureListQuery,
): Query {
  const found: Query[] = [sql`TRUE`]
  const station_pk = seenBy(db, actor, rule)
  if (station_pk !== undefined)
    found.push(sql`q.pk IN (SELECT procedure_pk FROM procedure_links WHERE station_pk = ${station_pk})`)
  if (search_query !== undefined) {
    const term = fold(search_query)
    const ofId = search_query.length < 6 ? sql`` : sql` OR substr(q.id, 1, ${term.length}) = ${term}`
    found.push(sql`(instr(lower(q.name), ${term})${ofId})`)
  }
  if (created_after !== undefined) found.push(sql`q.created_at >= ${created_after}`)
  if (created_before !== undefined) found.push(sql`q.created_at <= ${created_before}`)
  return join(found, ' AND ')
}

interface RecentRun {
  id: string
  started_at: string
  outcome: ProcedureItem['runs'][number]['outcome']
  unit_id: string
  serial_number: string
}

function recentRuns(db: ReadableDb, procedure_pk: number): RecentRun[] {
  return db
    .all<Omit<RecentRun, 'started_at'> & { started_at: number }>(sql`
      SELECT r.id, r.started_at, r.outcome, u.id AS unit_id, u.serial_number
      FROM runs r JOIN units u ON u.pk = r.unit_pk WHERE r.procedure_pk = ${procedure_pk}
      ORDER BY r.started_at DESC, r.pk DESC LIMIT ${RECENT_RUNS}`)
    .map((run) => ({ ...run, started_at: formatTime(run.started_at) }))
}

/** A station key sees only what its station is linked to. */
export function getProcedure(
  db: ReadableDb,
  actor: Actor,
  rule: StationRuns,
  id: string,
): ProcedureDetail | Refusal {
  if (!mayUse(db, actor, id, rule)) return notLinked(id)
  const found = db.one<{
    pk: number
    name: string
    created_at: number
    run_count: number
    user_id: string | null
    user_name: string | null
    email: string | null
  }>(sql`
    SELECT q.pk, q.name, q.created_at, q.run_count, u.id AS user_id, u.name AS user_name, u.email
    FROM procedures q LEFT JOIN users u ON u.pk = q.created_by_user_pk WHERE q.id = ${id}`)
  if (!found) return notFound(id)
  const { pk, name, created_at, run_count, user_id, user_name, email } = found
  return {
    id,
    identifier: null,
    name,
    created_at: formatTime(created_at),
    created_by_user: user_id === null ? null : { id: user_id, name: user_name, email },
    runs_count: run_count,
    recent_runs: recentRuns(db, pk).map(({ unit_id: _id, serial_number, ...run }) => ({
      ...run,
      unit: { serial_number },
    })),
    stations: db.all(sql`
      SELECT s.id, s.name FROM stations s
      WHERE s.removed = 0 AND s.pk IN (SELECT station_pk FROM procedure_links WHERE procedure_pk = ${pk}) ORDER BY s.pk`),
  }
}

/** What a station key hears of a procedure that its station is not linked to, whether there is one or not. */
export const notLinked = (id: string) =>
  refuse(
    'FORBIDDEN',
    `Forbidden: this station is not authorized for procedure ${id}. Link the procedure to this station first`,
  )

export function createProcedure(db: WritableDb, author: Author, name: string): { id: string } | Refusal {
  const id = author.newId()
  return accept(db, author, { type: 'procedure.create', id, name }) ?? { id }
}

export function updateProcedure(
  db: WritableDb,
  author: Author,
  id: string,
  { name }: ProcedureUpdate,
): { id: string } | Refusal {
  if (!isThere(db, id)) return notFound(id)
  if (name === undefined) return { id }
  return accept(db, author, { type: 'procedure.update', id, name }) ?? { id }
}

/** One operation writes all that goes with it: with more runs than this it would stop everybody else. */
const DELETED_RUNS_MAX = 10_000

/** The procedure goes with its versions and its runs. */
export function deleteProcedure(db: WritableDb, author: Author, id: string): { id: string } | Refusal {
  const found = db.one<{ run_count: number }>(sql`SELECT run_count FROM procedures WHERE id = ${id}`)
  if (!found) return notFound(id)
  if (found.run_count > DELETED_RUNS_MAX)
    return refuse(
      'CONFLICT',
      `Procedure ${id} has ${found.run_count} runs, and at most ${DELETED_RUNS_MAX} are deleted at once: delete runs first`,
    )
  return accept(db, author, { type: 'procedure.delete', id }) ?? { id }
}

const isThere = (db: ReadableDb, id: string) =>
  db.one(sql`SELECT 1 FROM procedures WHERE id = ${id}`) !== undefined
