import type { Noun, Row } from '../../model/state.ts'
import type { Person } from '../../model/sync/envelope.ts'
import type { WritableDb } from './database.ts'
import { forgetText, noteText } from './search.ts'
import { sql } from './sql.ts'
import { referredFirst, shapes } from './tables.ts'

/** The people whom headquarters names as makers of rows. Whom this station knows it leaves as they are. */
export function meetPeople(db: WritableDb, people: readonly Person[], now: number): void {
  for (const { id, email, name } of people)
    db.run(sql`INSERT INTO users (id, email, name, created_at) VALUES (${id}, ${email}, ${name}, ${now})
      ON CONFLICT (id) DO UPDATE SET email = excluded.email, name = excluded.name WHERE name IS NULL`)
}

/** Whoever made a row is a row too, whether anybody has told more about them yet or not. */
export function meetCreators(db: WritableDb, rows: readonly Row[]): void {
  const users = new Map<string, number>()
  const stations = new Map<string, number>()
  for (const { created_by_user_id: user, created_by_station_id: station, created_at } of rows) {
    if (user !== null) users.set(user, created_at)
    if (station !== null) stations.set(station, created_at)
  }
  for (const [id, at] of users)
    db.run(sql`INSERT INTO users (id, email, name, created_at) VALUES (${id}, ${`${id}@lotkeeper.invalid`}, NULL, ${at})
      ON CONFLICT (id) DO NOTHING`)
  for (const [id, at] of stations)
    db.run(
      sql`INSERT INTO stations (id, name, created_at, removed) VALUES (${id}, ${id}, ${at}, 1) ON CONFLICT (id) DO NOTHING`,
    )
}

interface Birth {
  pk: number
  created_at: number
  user: string | null
  station: string | null
}

/**
 * A row's time is this PC's until headquarters, whose clock is the one that counts, has said when it was made. Its maker never changes,
 * unless two machines were given the same ids and headquarters took the other one's row: then the one that stands here is made to be that one.
 */
export function sameBirth(db: WritableDb, row: Row): void {
  const table = births[row.noun]
  const found = db.one<Birth>({ text: table.find, values: [row.id] })
  const { created_at, created_by_user_id: user, created_by_station_id: station } = row
  if (found === undefined || row.deleted || row.into !== null) return
  if (found.created_at === created_at && found.user === user && found.station === station) return
  db.run({ text: table.change, values: [created_at, user, station, found.pk] })
  if (row.noun !== 'batch') return
  moveInTime(db, found, created_at)
  noteTexts(db, found.pk)
}

const births = Object.fromEntries(
  referredFirst.map((noun) => [noun, birthOf(shapes[noun].table)]),
) as Readonly<Record<Noun, ReturnType<typeof birthOf>>>

function birthOf(table: string) {
  return {
    find: `SELECT row.pk, row.created_at, (SELECT id FROM users WHERE pk = row.created_by_user_pk) AS user,
      (SELECT id FROM stations WHERE pk = row.created_by_station_pk) AS station FROM ${table} row WHERE row.id = +?`,
    change: `UPDATE ${table} SET created_at = +?, created_by_user_pk = (SELECT pk FROM users WHERE id = +?),
      created_by_station_pk = (SELECT pk FROM stations WHERE id = +?) WHERE pk = +?`,
  }
}

/** Lists and search know a batch by its time. */
function moveInTime(db: WritableDb, { pk, created_at: from }: Birth, to: number): void {
  for (const { key } of textsOf(db, pk)) forgetText(db, pk, from, key)
  db.run(sql`UPDATE batch_parts SET created_at = ${to} WHERE batch_pk = ${pk}`)
  db.run(sql`UPDATE batch_revisions SET created_at = ${to} WHERE batch_pk = ${pk}`)
  db.run(sql`UPDATE batch_revision_keys SET created_at = ${to} WHERE batch_pk = ${pk}`)
}

function noteTexts(db: WritableDb, pk: number): void {
  for (const { key } of textsOf(db, pk)) noteText(db, pk, key)
}

const textsOf = (db: WritableDb, pk: number) =>
  db.all<{ key: string }>(
    sql`SELECT key FROM batches WHERE pk = ${pk} UNION ALL SELECT key FROM units WHERE batch_pk = ${pk}`,
  )
