import type { Actor } from '../../model/actor.ts'
import { type Refusal, refuse } from '../../model/error.ts'
import { type Page, page } from '../../model/page.ts'
import {
  type ProcedureDetail,
  type ProcedureItem,
  type ProcedureListQuery,
  type ProcedureUpdate,
  RECENT_RUNS,
} from '../../model/procedure.ts'
import { formatTime } from '../../model/time.ts'
import type { Queryable } from './database.ts'
import { all, pieceOf } from './filters.ts'
import { isThere, mayRead } from './links.ts'
import type { Desk } from './own.ts'
import { type Query, sql } from './sql.ts'

const notFound = (id: string) => refuse('NOT_FOUND', `Procedure ${id} not found`)

interface ProcedureRow {
  readonly id: string
  readonly name: string
  readonly created_at: number
  readonly user_id: string | null
  readonly user_name: string | null
  readonly email: string | null
  readonly recent_runs: readonly {
    readonly id: string
    readonly started_at: number
    readonly outcome: ProcedureItem['runs'][number]['outcome']
    readonly unit_id: string
    readonly serial_number: string
  }[]
}

/** Of the procedure `q` and its maker `u`. */
const columns = sql`q.id, q.name, q.created_at, q.created_by_user_id AS user_id, u.name AS user_name, u.email, (
    SELECT coalesce(json_agg(recent), '[]') FROM (
      SELECT r.id, r.started_at, r.outcome, n.id AS unit_id, n.serial_number
      FROM runs r JOIN units n ON n.id = r.unit_id WHERE r.procedure_id = q.id AND r.held IS NOT NULL
      ORDER BY r.started_at DESC, r.pk DESC LIMIT ${RECENT_RUNS}::bigint) recent) AS recent_runs`

/** Procedures by page, the newest first. */
export async function listProcedures(
  db: Queryable,
  actor: Actor,
  query: ProcedureListQuery,
): Promise<Page<ProcedureItem>> {
  const { limit, cursor } = query
  const rows = await db.rows<ProcedureRow>(sql`
    SELECT ${columns} FROM procedures q LEFT JOIN users u ON u.id = q.created_by_user_id WHERE ${matching(actor, query)}
    ORDER BY q.created_at DESC, q.pk DESC LIMIT ${limit + 1}::bigint OFFSET ${cursor}::bigint`)
  const items = rows.map(({ id, name, created_at, user_id, user_name, email, recent_runs }) => ({
    id,
    name,
    created_at: formatTime(created_at),
    created_by_user: { id: user_id ?? '', name: user_name, email: email ?? '' },
    linkedRepository: null,
    runs: recent_runs.map((run) => ({
      id: run.id,
      started_at: formatTime(run.started_at),
      outcome: run.outcome,
      unit: { id: run.unit_id },
    })),
  }))
  return page(items, limit, cursor)
}

/** Part of the name in any case, or the beginning of an id. */
function matching(actor: Actor, { search_query, created_after, created_before }: ProcedureListQuery): Query {
  const found: Query[] = [sql`q.held IS NOT NULL`]
  if (actor.kind === 'station')
    found.push(
      sql`q.id IN (SELECT procedure_id FROM procedure_links WHERE station_id = ${actor.id} AND held IS NOT NULL)`,
    )
  if (search_query !== undefined) {
    const piece = pieceOf(search_query)
    const ofId = search_query.length < 6 ? sql`` : sql` OR q.id LIKE ${piece.slice(1)}`
    found.push(sql`(lower(q.name) LIKE ${piece}${ofId})`)
  }
  if (created_after !== undefined) found.push(sql`q.created_at >= ${created_after}::bigint`)
  if (created_before !== undefined) found.push(sql`q.created_at <= ${created_before}::bigint`)
  return all(found)
}

/** A station key sees only what its station is linked to. */
export async function getProcedure(
  db: Queryable,
  actor: Actor,
  id: string,
): Promise<ProcedureDetail | Refusal> {
  if (!(await mayRead(db, actor, id))) return notLinked(id)
  const [found] = await db.rows<
    ProcedureRow & { readonly runs_count: number; readonly stations: ProcedureDetail['stations'] }
  >(sql`
    SELECT ${columns},
      (SELECT count(*)::int FROM runs r WHERE r.procedure_id = q.id AND r.held IS NOT NULL) AS runs_count, (
        SELECT coalesce(json_agg(json_build_object('id', s.id, 'name', s.name) ORDER BY s.pk), '[]') FROM stations s
        WHERE s.held IS NOT NULL AND s.id IN (
          SELECT station_id FROM procedure_links l WHERE l.procedure_id = q.id AND l.held IS NOT NULL)) AS stations
    FROM procedures q LEFT JOIN users u ON u.id = q.created_by_user_id WHERE q.id = ${id} AND q.held IS NOT NULL`)
  if (found === undefined) return notFound(id)
  const { name, created_at, user_id, user_name, email, runs_count, recent_runs, stations } = found
  return {
    id,
    identifier: null,
    name,
    created_at: formatTime(created_at),
    created_by_user: user_id === null ? null : { id: user_id, name: user_name, email },
    runs_count,
    recent_runs: recent_runs.map((run) => ({
      id: run.id,
      started_at: formatTime(run.started_at),
      outcome: run.outcome,
      unit: { serial_number: run.serial_number },
    })),
    stations,
  }
}

/** What a station key hears of a procedure that its station is not linked to, whether there is one or not. */
export const notLinked = (id: string) =>
  refuse(
    'FORBIDDEN',
    `Forbidden: this station is not authorized for procedure ${id}. Link the procedure to this station first`,
  )

export function createProcedure(desk: Desk, name: string): { id: string } | Refusal {
  const id = desk.newId()
  return desk.accept({ type: 'procedure.create', id, name }) ?? { id }
}

export function updateProcedure(desk: Desk, id: string, { name }: ProcedureUpdate): { id: string } | Refusal {
  if (!isThere(desk, id)) return notFound(id)
  if (name === undefined) return { id }
  return desk.accept({ type: 'procedure.update', id, name }) ?? { id }
}

/** One operation writes all that goes with it: with more runs than this it would stop everybody else. */
const DELETED_RUNS_MAX = 10_000

/** How many runs the procedure has: asked beforehand, for deciding reads every one of them. */
export async function countRuns(db: Queryable, id: string): Promise<number> {
  const [found] = await db.rows<{ n: number }>(
    sql`SELECT count(*)::int AS n FROM runs WHERE procedure_id = ${id} AND held IS NOT NULL`,
  )
  return found!.n
}

/** The procedure goes with its versions and its runs. */
export function deleteProcedure(desk: Desk, id: string, runs: number): { id: string } | Refusal {
  if (!isThere(desk, id)) return notFound(id)
  if (runs > DELETED_RUNS_MAX)
    return refuse(
      'CONFLICT',
      `Procedure ${id} has ${runs} runs, and at most ${DELETED_RUNS_MAX} are deleted at once: delete runs first`,
    )
  return desk.accept({ type: 'procedure.delete', id }) ?? { id }
}
