import { hash, randomBytes } from 'node:crypto'

import type { Actor } from '../../model/actor.ts'
import type { Queryable } from './database.ts'
import { sql } from './sql.ts'

/** A key of 256 random bits. Only its hash is kept: who reads the database cannot act with what stands there. */
export function newKeyText(): string {
  return `lk_${BigInt(`0x${randomBytes(32).toString('hex')}`)
    .toString(36)
    .padStart(50, '0')}`
}

/** A fast hash is right here: nobody guesses 256 random bits, however fast. */
export const secretHash = (secret: string): Uint8Array => hash('sha256', secret, 'buffer')

interface NewKey {
  readonly id: string
  readonly name: string
  readonly key: string
  readonly owner: Actor
  readonly created_at: number
}

export async function createKey(db: Queryable, { id, name, key, owner, created_at }: NewKey): Promise<void> {
  await db.rows(sql`INSERT INTO keys (id, kind, name, hash, owner_id, created_at)
    VALUES (${id}, ${owner.kind}, ${name}, ${secretHash(key)}, ${owner.id}, ${created_at})`)
}

/** Whose key this is, or undefined: unknown, revoked, its user banned or its station removed. */
export async function findKey(
  db: Queryable,
  presented: string,
): Promise<{ key_id: string; actor: Actor } | undefined> {
  const [found] = await db.rows<{ id: string; kind: Actor['kind']; owner_id: string }>(sql`
    SELECT k.id, k.kind, k.owner_id FROM keys k
      LEFT JOIN users u ON k.kind = 'user' AND u.id = k.owner_id LEFT JOIN stations s ON k.kind = 'station' AND s.id = k.owner_id
    WHERE k.hash = ${secretHash(presented)} AND k.revoked_at IS NULL AND (u.banned = false OR s.held IS NOT NULL)`)
  return found && { key_id: found.id, actor: { kind: found.kind, id: found.owner_id } }
}
