import type { Actor } from '../../model/actor.ts'
import type { Attachment } from '../../model/attachment.ts'
import { type Refusal, refuse } from '../../model/error.ts'
import { type Author, accept } from './accept.ts'
import type { Blob } from './blob-files.ts'
import { putInLane } from './blob-lane.ts'
import type { ReadableDb, WritableDb } from './database.ts'
import { sql } from './sql.ts'
import { dropUpload, findUpload, giveUpload, type Owner } from './uploads.ts'

export const unknownAttachment = (id: string) => refuse('NOT_FOUND', `Attachment ${id} not found`)

/** An attachment is a row once its bytes are on the disk; until then it is an upload. */
interface AttachmentRow extends Blob, Owner {
  readonly id: string
  readonly name: string
  readonly content_type: string | null
}

const query = sql`
  SELECT a.id, a.name, a.size, a.sha256, a.content_type,
    (SELECT id FROM units WHERE pk = a.unit_pk) AS unit_id, (SELECT id FROM runs WHERE pk = a.run_pk) AS run_id
  FROM attachments a WHERE `

export function findAttachment(db: ReadableDb, id: string): AttachmentRow | undefined {
  return db.one(sql`${query}a.id = ${id}`)
}

/** Where a client gets the bytes of an attachment; null if it cannot. */
export type LinkTo = (attachment: Blob & { readonly id: string }) => string | null

/** Those of a unit or of a run, in the order in which they were announced. */
export function attachmentsOf(
  db: ReadableDb,
  owner: { readonly unit_pk: number } | { readonly run_pk: number },
  linkTo: LinkTo,
): Attachment[] {
  const owned = 'unit_pk' in owner ? sql`a.unit_pk = ${owner.unit_pk}` : sql`a.run_pk = ${owner.run_pk}`
  return db
    .all<AttachmentRow>(sql`${query}${owned} ORDER BY a.created_at, a.id`)
    .map(({ id, name, size, sha256, content_type }) => ({
      id,
      name,
      size,
      content_type,
      download_url: linkTo({ id, sha256, size }),
    }))
}

/**
 * The upload's bytes are here: it becomes an attachment. The same bytes once more change nothing; other bytes are refused, for
 * an attachment never changes under those who have seen it.
 */
export function finishUpload(
  db: WritableDb,
  authorOf: (actor: Actor) => Author,
  id: string,
  { sha256, size, content_type }: Blob & { readonly content_type: string | null },
): Refusal | undefined {
  const there = findAttachment(db, id)
  if (there?.sha256 === sha256) return undefined
  if (there !== undefined)
    return refuse('CONFLICT', `Attachment ${id} has its bytes already, and they are other ones`)
  const upload = findUpload(db, id)
  if (upload === undefined) return unknownAttachment(id)
  const { name, unit_id, run_id, actor, created_at } = upload
  dropUpload(db, id)
  putInLane(db, { sha256, size })
  return accept(
    db,
    authorOf(actor),
    { type: 'attachment.create', id, name, sha256, size, content_type, unit_id, run_id },
    created_at,
  )
}

/** Gives attachments to a unit or a run, whether their bytes are here yet or not. One that belongs to something else stays there. */
export function attach(
  db: WritableDb,
  author: Author,
  ids: readonly string[],
  owner: Owner,
): Refusal | undefined {
  for (const id of new Set(ids)) {
    const upload = findUpload(db, id)
    const one = upload ?? findAttachment(db, id)
    if (one === undefined) return unknownAttachment(id)
    if (one.unit_id === owner.unit_id && one.run_id === owner.run_id) continue
    if (one.unit_id !== null || one.run_id !== null)
      return refuse(
        'CONFLICT',
        `Attachment ${id} belongs to another ${one.unit_id === null ? 'run' : 'unit'}`,
      )
    if (upload !== undefined) giveUpload(db, id, owner)
    else {
      const [unit_id, run_id] = [owner.unit_id ?? undefined, owner.run_id ?? undefined]
      const refusal = accept(db, author, { type: 'attachment.attach', id, unit_id, run_id })
      if (refusal !== undefined) return refusal
    }
  }
  return undefined
}

/** All of them or none; each must belong to the unit. */
export function detach(
  db: WritableDb,
  author: Author,
  ids: readonly string[],
  unit_id: string,
): { ids: string[] } | Refusal {
  const wanted = [...new Set(ids)]
  for (const id of wanted) {
    const upload = findUpload(db, id)
    const owner = (upload ?? findAttachment(db, id))?.unit_id
    if (owner !== unit_id) return unknownAttachment(id)
    if (upload !== undefined) dropUpload(db, id)
    const refusal = upload === undefined ? accept(db, author, { type: 'attachment.delete', id }) : undefined
    if (refusal !== undefined) return refusal
  }
  return { ids: wanted }
}

/** Whether bytes may be wanted here: a row has them, or had them before what waits was decided, or headquarters does not have them yet. */
export function isWanted(db: ReadableDb, sha256: string): boolean {
  const wanted = db.one(sql`
    SELECT 1 FROM attachments WHERE sha256 = ${sha256}
    UNION ALL SELECT 1 FROM base_rows WHERE noun = 'attachment' AND row ->> '$.fields.sha256' = ${sha256}
    UNION ALL SELECT 1 FROM blob_lane WHERE sha256 = ${sha256} AND EXISTS (SELECT 1 FROM meta WHERE name = 'sync')`)
  return wanted !== undefined
}
