import type { Actor } from '../../model/actor.ts'
import type { Author } from './accept.ts'
import type { ReadableDb, WritableDb } from './database.ts'
import { sql } from './sql.ts'

/** What an attachment belongs to; nothing, until somebody names it. */
export interface Owner {
  readonly unit_id: string | null
  readonly run_id: string | null
}

export const ofUnit = (unit_id: string): Owner => ({ unit_id, run_id: null })
export const ofRun = (run_id: string): Owner => ({ unit_id: null, run_id })
export const ofNothing: Owner = { unit_id: null, run_id: null }

/** A file that was announced and whose bytes are not here yet: known to this station alone, and to nobody once it expires. */
export interface Upload extends Owner {
  readonly id: string
  readonly name: string
  readonly actor: Actor
  readonly created_at: number
}

export function beginUpload(db: WritableDb, author: Author, name: string, owner: Owner): { id: string } {
  const id = author.newId()
  const { actor, clock } = author
  db.run(sql`INSERT INTO uploads (id, name, unit_id, run_id, actor_kind, actor_id, created_at)
    VALUES (${id}, ${name}, ${owner.unit_id}, ${owner.run_id}, ${actor.kind}, ${actor.id}, ${clock.wall_ms})`)
  return { id }
}

export function findUpload(db: ReadableDb, id: string): Upload | undefined {
  const found = db.one<Omit<Upload, 'actor'> & { actor_kind: Actor['kind']; actor_id: string }>(sql`
    SELECT id, name, unit_id, run_id, actor_kind, actor_id, created_at FROM uploads WHERE id = ${id}`)
  if (found === undefined) return undefined
  const { actor_kind, actor_id, ...upload } = found
  return { ...upload, actor: { kind: actor_kind, id: actor_id } }
}

export function giveUpload(db: WritableDb, id: string, { unit_id, run_id }: Owner): void {
  db.run(sql`UPDATE uploads SET unit_id = ${unit_id}, run_id = ${run_id} WHERE id = ${id}`)
}

export function dropUpload(db: WritableDb, id: string): void {
  db.run(sql`DELETE FROM uploads WHERE id = ${id}`)
}

/** Forgets uploads announced before a moment. @returns their ids */
export function dropUploadsBefore(db: WritableDb, before: number): string[] {
  return db
    .all<{ id: string }>(sql`DELETE FROM uploads WHERE created_at < ${before} RETURNING id`)
    .map(({ id }) => id)
}
