import type { People } from './people.ts'
import { type Query, sql } from './sql.ts'

/** Columns of a list item, and how they become JSON. `head` is JSON already (0001-station.sql). */
export type BatchRow = [
  pk: number,
  head: string,
  created_by_user_pk: number | null,
  created_by_station_pk: number | null,
  unit_count: number,
]

export const batchColumns: Query = sql`pk, head, created_by_user_pk, created_by_station_pk, unit_count`

/** The one writer of a list item. */
export function batchJson(people: People, [, head, user_pk, station_pk, unit_count]: BatchRow): string {
  return `${head},${people.creatorJson(user_pk, station_pk)},"unit_count":${unit_count}}`
}

/** A page of a list, of rows fetched one further than `limit`. */
export function pageJson(people: People, rows: readonly BatchRow[], limit: number, cursor: number): string {
  const has_more = rows.length > limit
  const end = has_more ? limit : rows.length
  let data = ''
  for (let i = 0; i < end; i++)
    data += i === 0 ? batchJson(people, rows[i]!) : `,${batchJson(people, rows[i]!)}`
  return `{"data":[${data}],"meta":{"has_more":${has_more},"next_cursor":${has_more ? cursor + limit : null}}}`
}
