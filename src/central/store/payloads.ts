import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { zstdCompress, zstdDecompress } from 'node:zlib'

import { messageHash } from '../../host/hash.ts'
import type { Payload } from '../../model/run-payload.ts'
import { canonical } from '../../model/sync/chain.ts'
import type { Queryable } from './database.ts'
import { sql } from './sql.ts'

const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)

/**
 * Keeps what a run measured, before the run itself: a payload that no run names does no harm, the other way round it does.
 * @returns its name; null if there is nothing
 */
export async function keepPayload(db: Queryable, payload: Payload): Promise<string | null> {
  if (payload.phases.length === 0 && payload.logs.length === 0) return null
  const json = canonical(payload)
  const name = messageHash(json)
  await db.rows(sql`INSERT INTO blobs (sha256, size, bytes)
    VALUES (${name}, ${Buffer.byteLength(json)}, ${await compress(json)}) ON CONFLICT DO NOTHING`)
  return name
}

/** Takes what a station's run measured, if it is what its name says. */
export async function takePayload(
  db: Queryable,
  name: string,
  json: Uint8Array,
): Promise<{ received: number; whole: boolean }> {
  if (createHash('sha256').update(json).digest('hex') !== name) return { received: 0, whole: false }
  await db.rows(sql`INSERT INTO blobs (sha256, size, bytes)
    VALUES (${name}, ${json.length}, ${await compress(json)}) ON CONFLICT DO NOTHING`)
  return { received: json.length, whole: true }
}

export async function hasPayload(db: Queryable, name: string): Promise<boolean> {
  return (await db.rows(sql`SELECT 1 FROM blobs WHERE sha256 = ${name}`)).length > 0
}

/** Undefined if it has not come here yet. */
export async function readPayload(db: Queryable, name: string): Promise<Payload | undefined> {
  const [found] = await db.rows<{ bytes: Uint8Array }>(sql`SELECT bytes FROM blobs WHERE sha256 = ${name}`)
  return found && (JSON.parse((await decompress(found.bytes)).toString()) as Payload)
}
