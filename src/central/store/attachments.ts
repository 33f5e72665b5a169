import type { Attachment } from '../../model/attachment.ts'
import { type Refusal, refuse } from '../../model/error.ts'
import type { Row, State } from '../../model/state.ts'
import type { Queryable } from './database.ts'
import type { Desk } from './own.ts'
import { sql } from './sql.ts'

/** Where a client gets the bytes of the attachment with this id. */
export type LinkTo = (id: string) => string

interface AttachmentRow {
  readonly id: string
  readonly name: string
  readonly size: number
  readonly content_type: string | null
  readonly whole: boolean
}

/** Those of a unit or of a run, in the order in which they were announced. Bytes come later than their row: until then there is no link. */
export async function attachmentsOf(
  db: Queryable,
  owner: { readonly unit_id: string } | { readonly run_id: string },
  linkTo: LinkTo,
): Promise<Attachment[]> {
  const owned = 'unit_id' in owner ? sql`a.unit_id = ${owner.unit_id}` : sql`a.run_id = ${owner.run_id}`
  const rows = await db.rows<AttachmentRow>(sql`
    SELECT a.id, a.name, a.size, a.content_type, coalesce(f.whole, false) AS whole
    FROM attachments a LEFT JOIN files f ON f.sha256 = a.sha256
    WHERE ${owned} AND a.held IS NOT NULL ORDER BY a.created_at, a.id`)
  return rows.map(({ whole, ...row }) => ({ ...row, download_url: whole ? linkTo(row.id) : null }))
}

/** Gives attachments to a unit or a run. One that belongs to something else stays there. */
export function attach(
  desk: Desk,
  ids: readonly string[],
  owner: { readonly unit_id?: string; readonly run_id?: string },
): Refusal | undefined {
  for (const id of new Set(ids)) {
    const fields = fieldsOf(desk.rows, id)
    if (fields === undefined) return unknownAttachment(id)
    const { unit_id = null, run_id = null } = owner
    if (fields['unit_id'] === unit_id && fields['run_id'] === run_id) continue
    if (fields['unit_id'] !== null || fields['run_id'] !== null)
      return refuse(
        'CONFLICT',
        `Attachment ${id} belongs to another ${fields['unit_id'] === null ? 'run' : 'unit'}`,
      )
    const refusal = desk.accept({ type: 'attachment.attach', id, ...owner })
    if (refusal !== undefined) return refusal
  }
  return undefined
}

/** All of them or none; each must belong to the unit. */
export function detach(desk: Desk, ids: readonly string[], unit_id: string): { ids: string[] } | Refusal {
  const wanted = [...new Set(ids)]
  for (const id of wanted) {
    if (fieldsOf(desk.rows, id)?.['unit_id'] !== unit_id) return unknownAttachment(id)
    const refusal = desk.accept({ type: 'attachment.delete', id })
    if (refusal !== undefined) return refusal
  }
  return { ids: wanted }
}

export const unknownAttachment = (id: string) => refuse('NOT_FOUND', `Attachment ${id} not found`)

/** Of a live one. */
function fieldsOf(rows: State, id: string): Row['fields'] | undefined {
  const row = rows.get('attachment', id)
  return row === undefined || row.deleted ? undefined : row.fields
}

interface Named {
  readonly name: string
  readonly sha256: string
  readonly size: number
  readonly whole: boolean
}

export async function nameOfAttachment(db: Queryable, id: string): Promise<Named | undefined> {
  const [found] = await db.rows<Named>(sql`
    SELECT a.name, a.sha256, a.size, coalesce(f.whole, false) AS whole
    FROM attachments a LEFT JOIN files f ON f.sha256 = a.sha256 WHERE a.id = ${id} AND a.held IS NOT NULL`)
  return found
}
