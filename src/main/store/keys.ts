import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

import type { Actor } from '../../model/actor.ts'
import type { Refusal } from '../../model/error.ts'
import { type KeyItem, lastUserKey, noSuchKey } from '../../model/key.ts'
import type { ReadableDb, WritableDb } from './database.ts'
import { sql } from './sql.ts'

/** A key of 256 random bits. Only its hash is kept: who reads the database cannot act with what stands there. */
export function newKeyText(): string {
  return `lk_${BigInt(`0x${randomBytes(32).toString('hex')}`)
    .toString(36)
    .padStart(50, '0')}`
}

/** A fast hash is right here: nobody guesses 256 random bits, however fast. */
const hashOf = (key: string) => createHash('sha256').update(key).digest()

interface NewKey {
  readonly id: string
  readonly name: string
  readonly key: string
  readonly owner: Actor
  readonly created_at: number
}

export function createKey(db: WritableDb, { id, name, key, owner, created_at }: NewKey): void {
  const user = owner.kind === 'user' ? owner.id : null
  const station = owner.kind === 'station' ? owner.id : null
  db.run(sql`INSERT INTO keys (id, kind, name, hash, user_pk, station_pk, created_at)
    VALUES (${id}, ${owner.kind}, ${name}, ${hashOf(key)}, (SELECT pk FROM users WHERE id = ${user}),
      (SELECT pk FROM stations WHERE id = ${station}), ${created_at})`)
}

export function listKeys(db: ReadableDb): KeyItem[] {
  return db.all(sql`
    SELECT keys.id, keys.kind, keys.name, coalesce(users.name, stations.name) AS owner, keys.created_at, keys.revoked_at
    FROM keys LEFT JOIN users ON users.pk = keys.user_pk LEFT JOIN stations ON stations.pk = keys.station_pk
    ORDER BY keys.created_at, keys.kind DESC, keys.id`)
}

/** The last user key stays. */
export function revokeKey(db: WritableDb, id: string, revoked_at: number): Refusal | undefined {
  const key = db.one<Pick<KeyItem, 'kind'> & { others: number }>(sql`
    SELECT kind, (SELECT count(*) FROM keys WHERE kind = 'user' AND revoked_at IS NULL AND id <> ${id}) AS others
    FROM keys WHERE id = ${id} AND revoked_at IS NULL`)
  if (key === undefined) return noSuchKey(id)
  if (key.kind === 'user' && key.others === 0) return lastUserKey
  db.run(sql`UPDATE keys SET revoked_at = ${revoked_at} WHERE id = ${id}`)
  return undefined
}

/**
 * Whose key this is, or undefined: unknown, revoked, its user banned or its station removed.
 * The index is asked for the hash, which tells a listener nothing of the key; the last word has a comparison in constant time.
 */
export function findKey(db: ReadableDb, presented: string): { key_id: string; actor: Actor } | undefined {
  const hash = hashOf(presented)
  const found = db.one<{ id: string; kind: Actor['kind']; hash: Uint8Array; owner_id: string }>(sql`
    SELECT keys.id, keys.kind, keys.hash, coalesce(users.id, stations.id) AS owner_id
    FROM keys LEFT JOIN users ON users.pk = keys.user_pk LEFT JOIN stations ON stations.pk = keys.station_pk
    WHERE keys.hash = ${hash} AND keys.revoked_at IS NULL AND coalesce(users.banned, stations.removed) = 0`)
  if (found === undefined || !timingSafeEqual(found.hash, hash)) return undefined
  return { key_id: found.id, actor: { kind: found.kind, id: found.owner_id } }
}
