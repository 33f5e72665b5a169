import type { Attachment } from '../../model/attachment.ts'
import type { Queryable } from './database.ts'
import { sql } from './sql.ts'

interface AttachmentRow {
  readonly id: string
  readonly name: string
  readonly size: number
  readonly content_type: string | null
}

/** In the order in which they were announced. */
export async function attachmentsOf(db: Queryable, unit_id: string): Promise<Attachment[]> {
  const rows = await db.rows<AttachmentRow>(sql`
    SELECT id, name, size, content_type FROM attachments
    WHERE unit_id = ${unit_id} AND held IS NOT NULL ORDER BY created_at, id`)
  return rows.map((row) => ({ ...row, download_url: null }))
}
