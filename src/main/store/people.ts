import type { BatchItem } from '../../model/batch.ts'
import type { ReadableDb } from './database.ts'
import { sql } from './sql.ts'

type User = NonNullable<BatchItem['created_by_user']>
type Station = NonNullable<BatchItem['created_by_station']>

/** `created_by_user` and `created_by_station` by pk, kept in memory: they are few, and a join costs a page more than its rows. */
export interface People {
  user(pk: number | null): User | null
  station(pk: number | null): Station | null
  /** The same two as one piece of JSON: `"created_by_user":…,"created_by_station":…`. */
  creatorJson(user_pk: number | null, station_pk: number | null): string
  /** To be called when a user or a station was written: they are read again when next asked for. */
  forget(): void
}

export function createPeople(db: ReadableDb): People {
  const users = new Map<number, User>()
  const stations = new Map<number, Station>()
  const texts = new Map<number | null, Map<number | null, string>>()

  function user(pk: number | null): User | null {
    if (pk === null) return null
    let found = users.get(pk)
    if (found === undefined) {
      found = db.one<User>(sql`SELECT id, name FROM users WHERE pk = ${pk}`)!
      users.set(pk, found)
    }
    return found
  }

  function station(pk: number | null): Station | null {
    if (pk === null) return null
    let found = stations.get(pk)
    if (found === undefined) {
      found = db.one<Station>(sql`SELECT id, name FROM stations WHERE pk = ${pk}`)!
      stations.set(pk, found)
    }
    return found
  }

  return {
    user,
    station,
    creatorJson(user_pk, station_pk) {
      let ofUser = texts.get(user_pk)
      if (ofUser === undefined) texts.set(user_pk, (ofUser = new Map<number | null, string>()))
      let text = ofUser.get(station_pk)
      if (text === undefined) {
        text = `"created_by_user":${JSON.stringify(user(user_pk))},"created_by_station":${JSON.stringify(station(station_pk))}`
        ofUser.set(station_pk, text)
      }
      return text
    },
    forget() {
      users.clear()
      stations.clear()
      texts.clear()
    },
  }
}
