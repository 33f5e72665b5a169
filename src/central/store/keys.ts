import { hash, randomBytes } from 'node:crypto'

import type { Actor } from '../../model/actor.ts'
import type { Refusal } from '../../model/error.ts'
import { type KeyItem, lastUserKey, type MadeKey, noSuchKey } from '../../model/key.ts'
import type { Database, Queryable } from './database.ts'
import type { Outside } from './own.ts'
import { sql } from './sql.ts'
import { userNamed } from './users.ts'

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

/** A further key of the user with this name, who is made if there is none. */
export function createUserKey(db: Database, { newId, readClock }: Outside, name: string): Promise<MadeKey> {
  return db.transaction(async (tx) => {
    await takeTurns(tx)
    const id = newId()
    const key = newKeyText()
    const owner = { kind: 'user', id: await userNamed(tx, newId(), name) } as const
    await createKey(tx, { id, name, key, owner, created_at: readClock().wall_ms })
    return { id, kind: 'user', name, key }
  })
}

export const listKeys = (db: Queryable) =>
  db.rows<KeyItem>(sql`
    SELECT k.id, k.kind, k.name, coalesce(u.name, s.name) AS owner, k.created_at, k.revoked_at FROM keys k
      LEFT JOIN users u ON k.kind = 'user' AND u.id = k.owner_id LEFT JOIN stations s ON k.kind = 'station' AND s.id = k.owner_id
    ORDER BY k.created_at, k.kind DESC, k.id`)

/** The last user key stays. */
export function revokeKey(db: Database, id: string, revoked_at: number): Promise<Refusal | undefined> {
  return db.transaction(async (tx) => {
    await takeTurns(tx)
    const [key] = await tx.rows<Pick<KeyItem, 'kind'> & { others: number }>(sql`
      SELECT kind, (SELECT count(*) FROM keys WHERE kind = 'user' AND revoked_at IS NULL AND id <> ${id}) AS others
      FROM keys WHERE id = ${id} AND revoked_at IS NULL`)
    if (key === undefined) return noSuchKey(id)
    if (key.kind === 'user' && key.others === 0) return lastUserKey
    await tx.rows(sql`UPDATE keys SET revoked_at = ${revoked_at} WHERE id = ${id}`)
    return undefined
  })
}

/** Of two processes that revoke the last two keys, or make the same user, the second sees what the first did. Nobody who reads waits. */
const takeTurns = (tx: Queryable) => tx.script('LOCK TABLE keys IN SHARE ROW EXCLUSIVE MODE')

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
