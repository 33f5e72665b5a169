import { randomBytes } from 'node:crypto'

import { type Refusal, refuse } from '../../model/error.ts'
import type { EnrollAnswer, EnrollRequest, enrollRefusals } from '../../model/sync/envelope.ts'
import { type Database, one, type Queryable } from './database.ts'
import { secretHash } from './keys.ts'
import { type Outside, writeHere } from './own.ts'
import type { Sequencer } from './sequencer.ts'
import { sql } from './sql.ts'
import { firstUserId } from './users.ts'

const CODE_LIFE_MS = 14 * 24 * 3_600_000
/** A repetition of the attempt that used the code is answered for so long: its answer may have got lost. */
const REPEAT_MS = 3_600_000

/** Letters and digits that nobody takes for one another, on paper or on the telephone. */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

export interface NewStation {
  readonly station_id: string
  readonly name: string
  /** Seen this once. */
  readonly code: string
}

interface Office {
  readonly db: Database
  readonly sequencer: Sequencer
  readonly outside: Outside
  readonly headquarters_id: string
}

/** Makes a station's row, which reaches everybody through the feed, and a code with which one PC becomes that station. */
export async function addStation(office: Office, name: string): Promise<NewStation> {
  const { db, sequencer, outside, headquarters_id } = office
  const station_id = outside.newId()
  const actor = { kind: 'user', id: await firstUserId(db) } as const
  await writeHere(
    sequencer,
    outside,
    headquarters_id,
    actor,
    (desk) => desk.accept({ type: 'station.create', id: station_id, name }) ?? {},
  )
  return { station_id, name, code: await newCode(office, station_id) }
}

/** A further code for a station whose PC is replaced. The old PC goes on until the new one enrols. */
export async function renewStation(office: Office, station_id: string): Promise<NewStation | Refusal> {
  const name = await nameOfStation(office.db, station_id)
  if (name === undefined) return refuse('NOT_FOUND', `No station has the id ${station_id}`)
  return { station_id, name, code: await newCode(office, station_id) }
}

async function newCode({ db, outside }: Office, station_id: string): Promise<string> {
  const letters = [...randomBytes(16)].map((byte) => LETTERS[byte % 32]).join('')
  await db.rows(sql`
    INSERT INTO enrolments (station_id, code_hash, code_created_at)
    VALUES (${station_id}, ${secretHash(letters)}, ${outside.readClock().wall_ms})
    ON CONFLICT (station_id) DO UPDATE SET code_hash = excluded.code_hash, code_created_at = excluded.code_created_at,
      attempt = NULL, attempted_at = NULL, revoked_at = NULL`)
  return letters.replace(/(.{4})(?=.)/g, '$1-')
}

/** From now on the station is refused. What it sent stays, and what it still has stays on it. */
export async function revokeStation({ db, outside }: Office, station_id: string): Promise<object | Refusal> {
  const { wall_ms } = outside.readClock()
  return db.transaction(async (tx) => {
    if ((await nameOfStation(tx, station_id)) === undefined)
      return refuse('NOT_FOUND', `No station has the id ${station_id}`)
    await tx.rows(sql`
      INSERT INTO enrolments (station_id, code_hash, code_created_at, revoked_at)
      VALUES (${station_id}, ${randomBytes(32)}, ${wall_ms}, ${wall_ms})
      ON CONFLICT (station_id) DO UPDATE SET revoked_at = excluded.revoked_at`)
    await tx.rows(sql`
      UPDATE keys SET revoked_at = ${wall_ms} WHERE owner_id = ${station_id} AND kind = 'station' AND revoked_at IS NULL`)
    return { station_id }
  })
}

async function nameOfStation(db: Queryable, id: string): Promise<string | undefined> {
  const [found] = await db.rows<{ name: string }>(
    sql`SELECT name FROM stations WHERE id = ${id} AND held IS NOT NULL`,
  )
  return found?.name
}

export type EnrollRefusal = (typeof enrollRefusals)[number] | 'revoked'

/** The code is spent by the first attempt; that very attempt may be repeated, and gets a fresh credential each time. */
export async function enroll(
  { db, outside }: Office,
  { code, attempt }: EnrollRequest,
): Promise<EnrollAnswer | EnrollRefusal> {
  const now = outside.readClock().wall_ms
  const typed = code
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1')
  return db.transaction(async (tx) => {
    const [found] = await tx.rows<{
      station_id: string
      name: string
      code_created_at: number
      attempt: string | null
      attempted_at: number | null
      revoked_at: number | null
    }>(sql`
      SELECT e.station_id, s.name, e.code_created_at, e.attempt, e.attempted_at, e.revoked_at
      FROM enrolments e JOIN stations s ON s.id = e.station_id AND s.held IS NOT NULL
      WHERE e.code_hash = ${secretHash(typed)} FOR UPDATE OF e`)
    if (found === undefined) return 'code_unknown'
    if (found.revoked_at !== null) return 'revoked'
    if (found.attempt === null) {
      if (now - found.code_created_at > CODE_LIFE_MS) return 'code_expired'
    } else if (found.attempt !== attempt || now - found.attempted_at! > REPEAT_MS) return 'code_spent'
    const credential = `lks_${randomBytes(32).toString('base64url')}`
    await tx.rows(sql`
      UPDATE enrolments SET attempt = ${attempt}, attempted_at = coalesce(attempted_at, ${now}::bigint), credential_hash = ${secretHash(credential)}
      WHERE station_id = ${found.station_id}`)
    const { id, organization_slug } = await one<{ id: string; organization_slug: string }>(
      tx,
      sql`SELECT id, organization_slug FROM headquarters`,
    )
    return {
      headquarters_id: id,
      station_id: found.station_id,
      name: found.name,
      organization_slug,
      credential,
    }
  })
}

/** Which station speaks with this credential. */
export async function findStation(
  db: Queryable,
  credential: string,
): Promise<{ readonly station_id: string; readonly revoked: boolean } | undefined> {
  const [found] = await db.rows<{ station_id: string; revoked: boolean }>(sql`
    SELECT e.station_id, e.revoked_at IS NOT NULL OR s.held IS NULL AS revoked
    FROM enrolments e JOIN stations s ON s.id = e.station_id WHERE e.credential_hash = ${secretHash(credential)}`)
  return found
}
