import { ASK_MAX } from '../../model/sync/blobs.ts'
import type { Blob } from './blob-files.ts'
import type { ReadableDb, WritableDb } from './database.ts'
import { sql } from './sql.ts'

/** Bytes that headquarters may not have yet. */

/** Some of them, the smallest first: many small files are worth more than one large one. */
export function nextInLane(db: ReadableDb): Blob[] {
  return db.all(sql`SELECT sha256, size FROM blob_lane ORDER BY size, sha256 LIMIT ${ASK_MAX}`)
}

export function isLaneEmpty(db: ReadableDb): boolean {
  return db.one(sql`SELECT 1 FROM blob_lane LIMIT 1`) === undefined
}

export function putInLane(db: WritableDb, { sha256, size }: Blob): void {
  db.run(sql`INSERT INTO blob_lane (sha256, size) VALUES (${sha256}, ${size}) ON CONFLICT DO NOTHING`)
}

export function takeFromLane(db: WritableDb, hashes: readonly string[]): void {
  db.run(sql`DELETE FROM blob_lane WHERE sha256 IN (SELECT value FROM json_each(${JSON.stringify(hashes)}))`)
}

/** Headquarters began a new history: what it was said to have it may have lost. Everything that rows name is asked about again. */
export function refillLane(db: WritableDb, epoch: string): void {
  db.run(sql`INSERT INTO blob_lane (sha256, size)
    SELECT sha256, size FROM attachments UNION ALL SELECT sha256, size FROM blobs WHERE true ON CONFLICT DO NOTHING`)
  db.run(sql`INSERT INTO meta (name, value) VALUES ('lane_epoch', ${epoch})
    ON CONFLICT DO UPDATE SET value = excluded.value`)
}

/** Which history of headquarters the lane was filled for. */
export function laneEpoch(db: ReadableDb): string | undefined {
  return db.one<{ value: string }>(sql`SELECT value FROM meta WHERE name = 'lane_epoch'`)?.value
}
