import type { Actor } from '../../model/actor.ts'
import { type Refusal, refuse } from '../../model/error.ts'
import { fold } from '../../model/identifier.ts'
import { type Page, page } from '../../model/page.ts'
import type {
  StationCreate,
  StationDetail,
  StationItem,
  StationListQuery,
  StationUpdate,
  StationUpdated,
} from '../../model/station.ts'
import { type Author, accept } from './accept.ts'
import { standingId } from './aliases.ts'
import type { ReadableDb, WritableDb } from './database.ts'
import { readIdentity } from './identity.ts'
import { linkProcedure } from './links.ts'
import { among, sql } from './sql.ts'

const notFound = (id: string) => refuse('NOT_FOUND', `Station ${id} not found`)

interface StationRow {
  pk: number
  id: string
  name: string
  team_id: string | null
}

/** Stations that were not removed, the newest first. */
export function listStations(db: ReadableDb, query: StationListQuery): Page<StationItem> {
  const { limit, cursor, search_query, procedure_ids } = query
  const linked = procedure_ids
    ? sql`pk IN (SELECT l.station_pk FROM procedure_links l JOIN procedures q ON q.pk = l.procedure_pk WHERE q.id IN ${among(procedure_ids)})`
    : sql`TRUE`
  const rows = db.all<StationRow>(sql`
    SELECT pk, id, name, team_id FROM stations
    WHERE removed = 0 AND instr(lower(name), ${fold(search_query ?? '')}) AND ${linked}
    ORDER BY created_at DESC, pk DESC LIMIT ${limit + 1} OFFSET ${cursor}`)
  const items = rows.map(({ pk, id, name, team_id }) => {
    const procedures = proceduresOf(db, pk).map((one) => ({ id: one.id, identifier: null, name: one.name }))
    return { id, name, procedures, procedures_count: procedures.length, team: teamOf(team_id) }
  })
  return page(items, limit, cursor)
}

/** A station key sees its own station and no other, whether there is one or not. */
export function getStation(
  db: ReadableDb,
  actor: Actor,
  asked: string,
  now: number,
): StationDetail | Refusal {
  const id = standingId(db, 'station', asked)
  if (actor.kind === 'station' && actor.id !== id)
    return refuse('FORBIDDEN', 'Forbidden: a station key may read its own station only')
  const station = findStation(db, id)
  if (!station) return notFound(id)
  return {
    id,
    name: station.name,
    // A key is shown once, when it is made; only its hash is kept.
    api_key: null,
    procedures: proceduresOf(db, station.pk).map(({ pk, id: procedure_id, name }) => ({
      id: procedure_id,
      identifier: null,
      name,
      runs_count: runsSince(db, station.pk, pk, now - WEEK_MS),
      deployment: null,
    })),
    organization_slug: readIdentity(db)!.organization_slug,
    connection_status: null,
    team: teamOf(station.team_id),
  }
}

/** A station shows its runs of the last seven days (contract v2 §2.6). */
const WEEK_MS = 7 * 86_400_000

const proceduresOf = (db: ReadableDb, station_pk: number) =>
  db.all<{ pk: number; id: string; name: string }>(sql`
    SELECT pk, id, name FROM procedures WHERE pk IN (SELECT procedure_pk FROM procedure_links WHERE station_pk = ${station_pk})
    ORDER BY pk`)

const runsSince = (db: ReadableDb, station_pk: number, procedure_pk: number, since: number) =>
  db.one<{ n: number }>(sql`
    SELECT count(*) AS n FROM runs
    WHERE created_by_station_pk = ${station_pk} AND created_at >= ${since} AND +procedure_pk = ${procedure_pk}`)!
    .n

export function createStation(
  db: WritableDb,
  author: Author,
  { name, procedure_id }: StationCreate,
): { id: string } | Refusal {
  const id = author.newId()
  const refusal = accept(db, author, { type: 'station.create', id, name })
  if (refusal) return refusal
  return (procedure_id === undefined ? undefined : linkProcedure(db, author, id, procedure_id)) ?? { id }
}

export function updateStation(
  db: WritableDb,
  author: Author,
  id: string,
  { name, image_id, team_id }: StationUpdate,
): StationUpdated | Refusal {
  if (!findStation(db, id)) return notFound(id)
  const image = image_id === '' ? null : image_id
  const refusal = accept(db, author, { type: 'station.update', id, name, image_id: image, team_id })
  return refusal ?? { id, name: findStation(db, id)!.name }
}

/** What a removed station made still shows its name; its keys are worth nothing from now on. */
export function removeStation(db: WritableDb, author: Author, id: string): { id: string } | Refusal {
  if (!findStation(db, id)) return notFound(id)
  if (readIdentity(db)!.station_id === id)
    return refuse('CONFLICT', 'This is the station that answers you: it cannot remove itself')
  return accept(db, author, { type: 'station.remove', id }) ?? { id }
}

function findStation(db: ReadableDb, id: string): StationRow | undefined {
  return db.one(sql`SELECT pk, id, name, team_id FROM stations WHERE id = ${id} AND removed = 0`)
}

/** Teams are known by their id alone: only headquarters knows what they are called. */
const teamOf = (id: string | null) => (id === null ? null : { id, name: id })
