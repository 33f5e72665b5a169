import type { Blob, BlobFiles } from './blob-files.ts'
import type { ReadableDb } from './database.ts'
import { payloadBytes } from './payloads.ts'
import { sql } from './sql.ts'

/** What bytes are for: headquarters keeps what runs measured otherwise than files. */
export type Sort = 'file' | 'payload'

/** Where the bytes lie that headquarters may not have: files of attachments in their folder, what runs measured in the database. */
export interface LaneBytes {
  /** Undefined for bytes that are not on this PC: those are for others to send. */
  sortOf(blob: Blob): Sort | undefined
  /** From `from` on, at most `size` bytes of a file; of a payload everything. */
  read(blob: Blob, sort: Sort, from: number, size: number): Promise<Buffer>
}

export function createLaneBytes(db: ReadableDb, files: BlobFiles): LaneBytes {
  return {
    sortOf(blob) {
      if (db.one(sql`SELECT 1 FROM blobs WHERE sha256 = ${blob.sha256}`) !== undefined) return 'payload'
      return files.has(blob) ? 'file' : undefined
    },
    async read({ sha256, size: whole }, sort, from, size) {
      if (sort === 'payload') return payloadBytes(db, sha256) ?? Buffer.alloc(0)
      const pieces: Uint8Array[] = []
      if (from < whole) for await (const piece of files.read(sha256, from, size)) pieces.push(piece)
      return Buffer.concat(pieces)
    },
  }
}
