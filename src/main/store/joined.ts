import type { JoinedBatch } from '../../model/headquarters.ts'
import type { ReadableDb } from './database.ts'
import { userName } from './desk.ts'
import { liveState } from './live.ts'
import { sql } from './sql.ts'

/** A batch that is another one now; times in milliseconds since 1970 UTC. */
type Joined = Omit<JoinedBatch, 'created_at'> & { readonly created_at: number }

/** The batches that were joined into this one, in the order in which they were made. */
export function joinedBatches(db: ReadableDb, id: string): Joined[] {
  return liveState(db)
    .joined('batch', id)
    .toSorted((a, b) => a.created_at - b.created_at)
    .map(
      ({ id: own, name, created_at, created_by_user_id: user, created_by_station_id: station, marks }) => ({
        id: own,
        number: name,
        created_at,
        created_by_user: user === null ? null : { id: user, name: userName(db, user) },
        created_by_station: stationOf(db, station),
        station: stationOf(db, marks['created']?.station_id ?? null),
      }),
    )
}

const stationOf = (db: ReadableDb, id: string | null) =>
  db.one<{ id: string; name: string }>(sql`SELECT id, name FROM stations WHERE id = ${id}`) ?? null
