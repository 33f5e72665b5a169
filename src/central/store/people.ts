import type { Person } from '../../model/sync/envelope.ts'
import type { Queryable } from './database.ts'
import { type Query, name, sql } from './sql.ts'

/** Who made a row, read beside it by `creators` and shown by `creatorsOf`. */
export interface CreatorColumns {
  readonly created_by_user_id: string | null
  readonly user_name: string | null
  readonly created_by_station_id: string | null
  readonly station_name: string | null
}

/** For a row called `alias`. */
export const creators = (alias: string): Query =>
  name(`
  ${alias}.created_by_user_id, (SELECT users.name FROM users WHERE users.id = ${alias}.created_by_user_id) AS user_name,
  ${alias}.created_by_station_id,
  (SELECT stations.name FROM stations WHERE stations.id = ${alias}.created_by_station_id) AS station_name`)

/** A user that no station has told of yet has no name; a station has at least its id. */
export const creatorsOf = (row: CreatorColumns) => ({
  created_by_user:
    row.created_by_user_id === null ? null : { id: row.created_by_user_id, name: row.user_name },
  created_by_station:
    row.created_by_station_id === null
      ? null
      : { id: row.created_by_station_id, name: row.station_name ?? row.created_by_station_id },
})

/** Takes in people that are not known yet and changes none that are. */
export async function welcomePeople(db: Queryable, people: readonly Person[]): Promise<void> {
  if (people.length === 0) return
  await db.rows(sql`
    INSERT INTO users (id, email, name)
    SELECT id, email, name FROM json_to_recordset(${JSON.stringify(people)}) AS t(id text, email text, name text)
    ON CONFLICT (id) DO NOTHING`)
}

export async function peopleOf(db: Queryable, ids: ReadonlySet<string>): Promise<Person[]> {
  if (ids.size === 0) return []
  return db.rows<Person>(
    sql`SELECT id, email, name FROM users WHERE id = ANY(${[...ids]}::text[]) ORDER BY pk`,
  )
}
