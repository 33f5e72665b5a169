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
import { sql } from './sql.ts'

const notFound = (id: string) => refuse('NOT_FOUND', `Station ${id} not found`)

interface StationRow {
  id: string
  name: string
  team_id: string | null
}

/** Stations that were not removed, the newest first. */
export function listStations(db: ReadableDb, query: StationListQuery): Page<StationItem> {
  const { limit, cursor, search_query, procedure_ids } = query
  // No procedure is known here, so none is linked to a station.
  if (procedure_ids !== undefined) return page([], limit, cursor)
  const rows = db.all<StationRow>(sql`
    SELECT id, name, team_id FROM stations WHERE removed = 0 AND instr(lower(name), ${fold(search_query ?? '')})
    ORDER BY created_at DESC, pk DESC LIMIT ${limit + 1} OFFSET ${cursor}`)
  const items = rows.map(({ id, name, team_id }) => ({
    id,
    name,
    procedures: [],
    procedures_count: 0,
    team: teamOf(team_id),
  }))
  return page(items, limit, cursor)
}

/** A station key sees its own station and no other, whether there is one or not. */
export function getStation(db: ReadableDb, actor: Actor, asked: string): StationDetail | Refusal {
  const id = standingId(db, asked)
  if (actor.kind === 'station' && actor.id !== id)
    return refuse('FORBIDDEN', 'Forbidden: a station key may read its own station only')
  const station = findStation(db, id)
  if (!station) return notFound(id)
  return {
    id,
    name: station.name,
    // A key is shown once, when it is made; only its hash is kept.
    api_key: null,
    procedures: [],
    organization_slug: readIdentity(db)!.organization_slug,
    connection_status: null,
    team: teamOf(station.team_id),
  }
}

export function createStation(
  db: WritableDb,
  author: Author,
  { name, procedure_id }: StationCreate,
): { id: string } | Refusal {
  if (procedure_id !== undefined) return refuse('NOT_FOUND', `Procedure ${procedure_id} not found`)
  const id = author.newId()
  return accept(db, author, { type: 'station.create', id, name }) ?? { id }
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
  return db.one(sql`SELECT id, name, team_id FROM stations WHERE id = ${id} AND removed = 0`)
}

/** Teams are known by their id alone: only headquarters knows what they are called. */
const teamOf = (id: string | null) => (id === null ? null : { id, name: id })
