import { createHash } from 'node:crypto'

import { type Database, one, type Queryable } from './database.ts'
import { sql } from './sql.ts'

/** What is here of a blob: `whole` once all of it is, and was found to be what its name says. */
export interface Held {
  readonly received: number
  readonly whole: boolean
}

const nothing: Held = { received: 0, whole: false }

export async function heldOf(db: Queryable, sha256: string): Promise<Held> {
  const [found] = await db.rows<Held>(sql`SELECT received, whole FROM files WHERE sha256 = ${sha256}`)
  return found ?? nothing
}

/**
 * Takes a piece if it follows what is here, or begins it; any other changes nothing. Whoever sends the last piece waits until all
 * was read and compared with its name: what is not what it says is thrown away.
 */
export async function takePiece(
  db: Database,
  { sha256, size }: { readonly sha256: string; readonly size: number },
  from: number,
  bytes: Uint8Array,
  now: number,
): Promise<Held> {
  const held = await db.transaction(async (tx) => {
    await tx.rows(sql`INSERT INTO files (sha256, size, received, whole, touched_at)
      VALUES (${sha256}, ${size}, 0, false, ${now}) ON CONFLICT DO NOTHING`)
    const before = await one<Held>(
      tx,
      sql`SELECT received, whole FROM files WHERE sha256 = ${sha256} FOR UPDATE`,
    )
    if (before.whole || from !== before.received || from + bytes.length > size) return before
    const received = from + bytes.length
    if (bytes.length > 0)
      await tx.rows(sql`INSERT INTO file_pieces (sha256, start, bytes) VALUES (${sha256}, ${from}, ${bytes})`)
    await tx.rows(
      sql`UPDATE files SET size = ${size}, received = ${received}, touched_at = ${now} WHERE sha256 = ${sha256}`,
    )
    return { received, whole: false }
  })
  return held.whole || held.received < size ? held : verify(db, sha256, held.received)
}

/** Reads all that is here. Outside of any transaction: it may take seconds, and what is here does not change. */
async function verify(db: Database, sha256: string, received: number): Promise<Held> {
  const hash = createHash('sha256')
  for await (const piece of readFile(db, sha256)) hash.update(piece)
  if (hash.digest('hex') === sha256) {
    await db.rows(sql`UPDATE files SET whole = true WHERE sha256 = ${sha256} AND received = ${received}`)
    return { received, whole: true }
  }
  await db.rows(sql`DELETE FROM files WHERE sha256 = ${sha256} AND received = ${received} AND NOT whole`)
  return nothing
}

/** Piece by piece, in order. */
export async function* readFile(db: Queryable, sha256: string): AsyncGenerator<Uint8Array> {
  for (let from = 0; ;) {
    const [piece] = await db.rows<{ bytes: Uint8Array }>(
      sql`SELECT bytes FROM file_pieces WHERE sha256 = ${sha256} AND start = ${from}`,
    )
    if (piece === undefined) return
    yield piece.bytes
    from += piece.bytes.length
  }
}

/** At most `size` bytes from `from` on, in one piece; undefined if they are not here or not whole. */
export async function readPiece(
  db: Queryable,
  sha256: string,
  from: number,
  size: number,
): Promise<Uint8Array | undefined> {
  const [found] = await db.rows<{ bytes: Uint8Array }>(sql`
    SELECT substring(p.bytes FROM (${from}::bigint - p.start + 1)::int FOR ${size}::int) AS bytes
    FROM file_pieces p JOIN files f ON f.sha256 = p.sha256 AND f.whole
    WHERE p.sha256 = ${sha256} AND p.start <= ${from}::bigint ORDER BY p.start DESC LIMIT 1`)
  return found?.bytes
}

/** Takes bytes whose name is not known before their end. */
export interface FileWriter {
  readonly name: string
  readonly size: number
  write(bytes: Uint8Array): Promise<void>
  end(): Promise<{ readonly sha256: string; readonly size: number }>
}

/** Keeps pieces of the size in which stations send them. */
const PIECE_BYTES = 1024 * 1024

/** @param name for the time being; what is left of it when this process dies is swept like all that nothing refers to */
export async function writeFile(db: Queryable, name: string, now: number): Promise<FileWriter> {
  await db.rows(
    sql`INSERT INTO files (sha256, size, received, whole, touched_at) VALUES (${name}, 0, 0, false, ${now})`,
  )
  const hash = createHash('sha256')
  let size = 0
  let stored = 0
  let waiting: Uint8Array[] = []
  async function store(): Promise<void> {
    if (size === stored) return
    await db.rows(
      sql`INSERT INTO file_pieces (sha256, start, bytes) VALUES (${name}, ${stored}, ${Buffer.concat(waiting)})`,
    )
    stored = size
    waiting = []
  }
  return {
    name,
    get size() {
      return size
    },
    async write(bytes) {
      hash.update(bytes)
      waiting.push(bytes)
      size += bytes.length
      if (size - stored >= PIECE_BYTES) await store()
    },
    async end() {
      await store()
      return { sha256: hash.digest('hex'), size }
    },
  }
}

/** Gives what was written its name. Where its bytes are here already, those stay. */
export async function adoptFile(
  db: Database,
  name: string,
  { sha256, size }: { readonly sha256: string; readonly size: number },
): Promise<void> {
  await db.transaction(async (tx) => {
    const [there] = await tx.rows<Held>(
      sql`SELECT received, whole FROM files WHERE sha256 = ${sha256} FOR UPDATE`,
    )
    if (there?.whole !== true) {
      await tx.rows(sql`DELETE FROM files WHERE sha256 = ${sha256}`)
      await tx.rows(sql`INSERT INTO files (sha256, size, received, whole, touched_at)
        SELECT ${sha256}, ${size}, ${size}, true, touched_at FROM files WHERE sha256 = ${name}`)
      await tx.rows(sql`UPDATE file_pieces SET sha256 = ${sha256} WHERE sha256 = ${name}`)
    }
    await tx.rows(sql`DELETE FROM files WHERE sha256 = ${name}`)
  })
}

export async function dropFile(db: Queryable, name: string): Promise<void> {
  await db.rows(sql`DELETE FROM files WHERE sha256 = ${name}`)
}

const UNUSED_MS = 30 * 24 * 3_600_000

/** Removes what no attachment, not even a deleted one, refers to, once nobody has sent any of it for a month. */
export async function sweepFiles(db: Queryable, now: number): Promise<void> {
  await db.rows(sql`DELETE FROM files WHERE touched_at < ${now - UNUSED_MS}
    AND NOT EXISTS (SELECT 1 FROM attachments a WHERE a.sha256 = files.sha256)`)
}
