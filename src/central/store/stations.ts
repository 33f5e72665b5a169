import type { Actor } from '../../model/actor.ts'
import { type Refusal, refuse } from '../../model/error.ts'
import { type Page, page } from '../../model/page.ts'
import type {
  StationCreate,
  StationDetail,
  StationItem,
  StationListQuery,
  StationUpdate,
  StationUpdated,
} from '../../model/station.ts'
import type { Queryable } from './database.ts'
import { among, pieceOf } from './filters.ts'
import { linkProcedure } from './links.ts'
import type { Desk } from './own.ts'
import { type Query, sql } from './sql.ts'

const notFound = (id: string) => refuse('NOT_FOUND', `Station ${id} not found`)

/** A station that was heard within this time is connected: its long poll ends at least twice as often. */
const CONNECTED_MS = 120_000

/** Stations that were not removed, the newest first. */
export async function listStations(db: Queryable, query: StationListQuery): Promise<Page<StationItem>> {
  const { limit, cursor, search_query, procedure_ids } = query
  const linked = procedure_ids
    ? sql`s.id IN (SELECT station_id FROM procedure_links WHERE procedure_id ${among(procedure_ids)} AND held IS NOT NULL)`
    : sql`TRUE`
  const rows = await db.rows<{
    id: string
    name: string
    team_id: string | null
    procedures: StationItem['procedures']
  }>(sql`
    SELECT s.id, s.name, s.team_id, (
        SELECT coalesce(json_agg(json_build_object('id', q.id, 'identifier', NULL, 'name', q.name) ORDER BY q.pk), '[]')
        FROM procedures q WHERE q.id IN (${proceduresOf(sql`s.id`)})) AS procedures
    FROM stations s WHERE s.held IS NOT NULL AND lower(s.name) LIKE ${pieceOf(search_query ?? '')} AND ${linked}
    ORDER BY s.created_at DESC, s.pk DESC LIMIT ${limit + 1}::bigint OFFSET ${cursor}::bigint`)
  const items = rows.map(({ id, name, team_id, procedures }) => ({
    id,
    name,
    procedures,
    procedures_count: procedures.length,
    team: teamOf(team_id),
  }))
  return page(items, limit, cursor)
}

/** A station key sees its own station and no other, whether there is one or not. */
export async function getStation(
  db: Queryable,
  actor: Actor,
  id: string,
  now: number,
): Promise<StationDetail | Refusal> {
  if (actor.kind === 'station' && actor.id !== id)
    return refuse('FORBIDDEN', 'Forbidden: a station key may read its own station only')
  const [station] = await db.rows<{
    name: string
    team_id: string | null
    organization_slug: string
    seen_at: number | null
  }>(sql`
    SELECT s.name, s.team_id, h.organization_slug, seen.seen_at
    FROM headquarters h, stations s LEFT JOIN sightings seen ON seen.station_id = s.id
    WHERE s.id = ${id} AND s.held IS NOT NULL`)
  if (station === undefined) return notFound(id)
  return {
    id,
    name: station.name,
    // A key is shown once, when it is made; only its hash is kept.
    api_key: null,
    procedures: await db.rows(sql`
      SELECT q.id, NULL AS identifier, q.name, NULL AS deployment, (
          SELECT count(*)::int FROM runs t WHERE t.created_by_station_id = ${id} AND t.procedure_id = q.id
            AND t.created_at >= ${now - WEEK_MS}::bigint AND t.held IS NOT NULL) AS runs_count
      FROM procedures q WHERE q.id IN (${proceduresOf(sql`${id}`)}) ORDER BY q.pk`),
    organization_slug: station.organization_slug,
    connection_status: connection(station.seen_at, now),
    team: teamOf(station.team_id),
  }
}

/** A station shows its runs of the last seven days (contract v2 §2.6). */
const WEEK_MS = 7 * 86_400_000

const proceduresOf = (station_id: Query) =>
  sql`SELECT procedure_id FROM procedure_links WHERE station_id = ${station_id} AND held IS NOT NULL`

function connection(seen_at: number | null, now: number): StationDetail['connection_status'] {
  if (seen_at === null) return null
  return now - seen_at < CONNECTED_MS ? 'connected' : 'disconnected'
}

export function createStation(desk: Desk, { name, procedure_id }: StationCreate): { id: string } | Refusal {
  const id = desk.newId()
  const refusal = desk.accept({ type: 'station.create', id, name })
  if (refusal) return refusal
  return (procedure_id === undefined ? undefined : linkProcedure(desk, id, procedure_id)) ?? { id }
}

export function updateStation(
  desk: Desk,
  id: string,
  { name, image_id, team_id }: StationUpdate,
): StationUpdated | Refusal {
  if (!isThere(desk, id)) return notFound(id)
  const image = image_id === '' ? null : image_id
  const refusal = desk.accept({ type: 'station.update', id, name, image_id: image, team_id })
  return refusal ?? { id, name: desk.rows.get('station', id)!.name }
}

/** What a removed station made still shows its name; its keys are worth nothing from now on. */
export function removeStation(desk: Desk, id: string): { id: string } | Refusal {
  if (!isThere(desk, id)) return notFound(id)
  return desk.accept({ type: 'station.remove', id }) ?? { id }
}

function isThere({ rows }: Desk, id: string): boolean {
  const station = rows.get('station', id)
  return station !== undefined && !station.deleted && station.into === null
}

/** Teams are known by their id alone. */
const teamOf = (id: string | null) => (id === null ? null : { id, name: id })
