import { GENESIS } from '../../model/sync/chain.ts'
import { origin, type Position } from '../../model/sync/cursor.ts'
import type { Meta } from '../../model/sync/station.ts'
import type { ReadableDb, WritableDb } from './database.ts'
import { sql } from './sql.ts'

/** What a station remembers of itself and of headquarters. Each is one value: it is read and written whole. */

function read<Value>(db: ReadableDb, name: string): Value | undefined {
  const found = db.one<{ value: string }>(sql`SELECT value FROM meta WHERE name = ${name}`)
  return found && (JSON.parse(found.value) as Value)
}

function write(db: WritableDb, name: string, value: unknown): void {
  db.run(sql`INSERT INTO meta (name, value) VALUES (${name}, ${JSON.stringify(value)})
    ON CONFLICT DO UPDATE SET value = excluded.value`)
}

/** @returns undefined for a station that was never enrolled */
export const readSync = (db: ReadableDb) => read<Meta>(db, 'sync')

export function writeSync(db: WritableDb, meta: Meta): void {
  write(db, 'sync', meta)
  db.run(
    sql`UPDATE meta SET value = ${meta.incarnation} WHERE name = 'incarnation' AND value <> ${meta.incarnation}`,
  )
}

/** Cursors the base has had, oldest first. */
export const readHistory = (db: ReadableDb) =>
  read<Position[]>(db, 'sync_history') ?? [{ seq: 0, hash: GENESIS }]

export const writeHistory = (db: WritableDb, history: readonly Position[]) =>
  write(db, 'sync_history', history)

/** The same in each try to spend a code, also after a restart, so that a lost answer can be asked for again. */
export function attemptFor(db: WritableDb, code_digest: string, newId: () => string): string {
  const known = read<{ code_digest: string; attempt: string }>(db, 'enroll_attempt')
  if (known?.code_digest === code_digest) return known.attempt
  const attempt = newId()
  write(db, 'enroll_attempt', { code_digest, attempt })
  return attempt
}

/** A station with this id and nothing of headquarters' yet. */
export const firstMeta = (station_id: string, incarnation: string): Meta => ({
  station_id,
  incarnation,
  lineage: [],
  chain: { seq: 0, hash: GENESIS },
  cursor: origin,
  stage: null,
})
