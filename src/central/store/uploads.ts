import type { Actor } from '../../model/actor.ts'
import type { Queryable } from './database.ts'
import { sql } from './sql.ts'

/** What an attachment will belong to; nothing, until somebody names it. */
export interface Owner {
  readonly unit_id: string | null
  readonly run_id: string | null
}

/** A file that was announced at headquarters and whose bytes are not here yet. */
export interface Upload extends Owner {
  readonly id: string
  readonly name: string
  readonly actor: Actor
}

export async function beginUpload(db: Queryable, upload: Upload, created_at: number): Promise<void> {
  const { id, name, unit_id, run_id, actor } = upload
  await db.rows(sql`INSERT INTO uploads (id, name, unit_id, run_id, actor_kind, actor_id, created_at)
    VALUES (${id}, ${name}, ${unit_id}, ${run_id}, ${actor.kind}, ${actor.id}, ${created_at})`)
}

export async function findUpload(db: Queryable, id: string): Promise<Upload | undefined> {
  const [found] = await db.rows<Omit<Upload, 'actor'> & { actor_kind: Actor['kind']; actor_id: string }>(
    sql`SELECT id, name, unit_id, run_id, actor_kind, actor_id FROM uploads WHERE id = ${id}`,
  )
  if (found === undefined) return undefined
  const { actor_kind, actor_id, ...upload } = found
  return { ...upload, actor: { kind: actor_kind, id: actor_id } }
}

export async function dropUpload(db: Queryable, id: string): Promise<void> {
  await db.rows(sql`DELETE FROM uploads WHERE id = ${id}`)
}

/** Forgets uploads announced before a moment. */
export async function dropUploadsBefore(db: Queryable, before: number): Promise<void> {
  await db.rows(sql`DELETE FROM uploads WHERE created_at < ${before}`)
}
