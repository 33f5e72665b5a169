import type { Attachment } from '../../model/attachment.ts'
import type { Queryable } from './database.ts'
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

/** In the order in which they were announced. Bytes come later than their row: until then there is no link. */
export async function attachmentsOf(db: Queryable, unit_id: string, linkTo: LinkTo): Promise<Attachment[]> {
  const rows = await db.rows<AttachmentRow>(sql`
    SELECT a.id, a.name, a.size, a.content_type, coalesce(f.whole, false) AS whole
    FROM attachments a LEFT JOIN files f ON f.sha256 = a.sha256
    WHERE a.unit_id = ${unit_id} AND a.held IS NOT NULL ORDER BY a.created_at, a.id`)
  return rows.map(({ whole, ...row }) => ({ ...row, download_url: whole ? linkTo(row.id) : null }))
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
