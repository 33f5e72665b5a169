import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { openDatabase, type ReadableDb } from '../main/store/database.ts'
import { type Query, sql } from '../main/store/sql.ts'
import { fold } from '../model/identifier.ts'
import { type FileRecord, record } from '../model/record.ts'

/**
 * A file on its way into the station: its lines wait in a database of their own, outside the station's and outside
 * memory, until the last one was looked at. So a bad line 900,000 is known before line 1 is brought in.
 */
export interface Stage {
  /** Takes a line in, or says what is bad about it. */
  add(line: number, content: unknown): void
  /** Notes a line that could not even be read. */
  addBad(line: number, reason: string): void
  /** Says what only the whole file tells (parents), and puts the good lines in the order in which they can be brought in. */
  settle(station: ReadableDb | undefined): void
  readonly good: number
  readonly bad: number
  /** How many different batches the good lines name. */
  countBatches(): number
  badLines(limit: number): { line: number; reason: string }[]
  /** Good lines after a place, parents before their children. */
  next(after: Place, limit: number): StagedLine[]
  close(): void
}

export interface Place {
  readonly depth: number
  readonly line: number
}
export type StagedLine = Place & { readonly content: string }

export const START: Place = { depth: -1, line: -1 }

const SCHEMA = `
  CREATE TABLE lines (
    line INTEGER PRIMARY KEY, batch_key TEXT, unit_key TEXT UNIQUE, parent_key TEXT, depth INTEGER, content TEXT NOT NULL
  ) STRICT;
  CREATE INDEX lines_by_parent ON lines (parent_key) WHERE parent_key IS NOT NULL;
  CREATE TABLE batches (key TEXT PRIMARY KEY, line INTEGER NOT NULL, created_at INTEGER, maker TEXT) STRICT, WITHOUT ROWID;
  CREATE TABLE bad (line INTEGER NOT NULL, reason TEXT NOT NULL) STRICT;`

/** Lines in one transaction of the stage. */
const PER_COMMIT = 20_000

export function openStage(): Stage {
  const folder = mkdtempSync(join(tmpdir(), 'lotkeeper-import-'))
  const db = openDatabase(join(folder, 'stage.db'))
  // The stage dies with the command: nothing of it has to survive a power cut. What it sorts, it sorts on the disk.
  db.execute(`PRAGMA synchronous = OFF; PRAGMA temp_store = FILE; ${SCHEMA} BEGIN`)
  let good = 0
  let bad = 0
  let uncommitted = 0

  function addBad(line: number, reason: string): void {
    bad += 1
    db.run(sql`INSERT INTO bad (line, reason) VALUES (${line}, ${reason})`)
  }

  function add(line: number, content: unknown): void {
    const checked = record.safeParse(content)
    if (!checked.success) return addBad(line, checked.error.issues.map((issue) => issue.message).join('; '))
    const { batch_number, serial_number, parent_serial_number } = checked.data
    const clash =
      batch_number && batchClash(batch_number, line, checked.data.batch_created_at, content as FileRecord)
    if (clash) return addBad(line, clash)
    const unit_key = serial_number ? fold(serial_number) : null
    const parent_key = parent_serial_number ? fold(parent_serial_number) : null
    const { changes } = db.run(sql`INSERT INTO lines (line, batch_key, unit_key, parent_key, depth, content)
      VALUES (${line}, ${batch_number ? fold(batch_number) : null}, ${unit_key}, ${parent_key}, ${parent_key === null ? 0 : null}, ${JSON.stringify(content)})
      ON CONFLICT (unit_key) DO NOTHING`)
    if (changes === 0)
      return addBad(line, `serial number ${serial_number} stands already on ${first(unit_key!)}`)
    good += 1
    uncommitted += 1
    if (uncommitted < PER_COMMIT) return
    uncommitted = 0
    db.execute('COMMIT; BEGIN')
  }

  const first = (unit_key: string) =>
    `line ${db.one<{ line: number }>(sql`SELECT line FROM lines WHERE unit_key = ${unit_key}`)!.line}`

  /** A batch is described on each of its units' lines: they have to agree. */
  function batchClash(
    number: string,
    line: number,
    created_at: number | null | undefined,
    { batch_created_by }: FileRecord,
  ): string | undefined {
    const key = fold(number)
    const maker = batch_created_by ?? null
    const earlier = db.one<{ line: number; created_at: number | null; maker: string | null }>(
      sql`SELECT line, created_at, maker FROM batches WHERE key = ${key}`,
    )
    if (!earlier) {
      db.run(sql`INSERT INTO batches (key, line, created_at, maker)
        VALUES (${key}, ${line}, ${created_at ?? null}, ${maker})`)
      return undefined
    }
    if ((created_at ?? null) !== null && earlier.created_at !== created_at)
      return `batch ${number} has another batch_created_at on line ${earlier.line}`
    if (maker !== null && earlier.maker !== maker)
      return `batch ${number} has another batch_created_by on line ${earlier.line}`
    return undefined
  }

  function settle(station: ReadableDb | undefined): void {
    db.execute('CREATE INDEX lines_in_order ON lines (depth, line); COMMIT; BEGIN')
    findParentsOutside(station)
    for (let depth = 1, found = 1; found > 0; depth++)
      found = db.run(sql`UPDATE lines SET depth = ${depth} WHERE depth IS NULL
        AND parent_key IN (SELECT unit_key FROM lines WHERE depth = ${depth - 1})`).changes
    // Whoever has no place by now descends from itself or from a bad line.
    rejectAll(
      sql`depth IS NULL`,
      sql`'its parent ' || parent_key || iif(
      EXISTS (SELECT 1 FROM lines p WHERE p.unit_key = lines.parent_key), ' is among its own descendants', ' is on a bad line')`,
    )
    db.execute('COMMIT; BEGIN')
  }

  /** Parents that the file does not have must be here already. */
  function findParentsOutside(station: ReadableDb | undefined): void {
    const outside = sql`depth IS NULL AND NOT EXISTS (SELECT 1 FROM lines p WHERE p.unit_key = lines.parent_key)`
    for (let line = -1; ;) {
      const some = db.all<{ line: number; parent_key: string }>(
        sql`SELECT line, parent_key FROM lines WHERE ${outside} AND line > ${line} ORDER BY line LIMIT 1000`,
      )
      if (some.length === 0) break
      line = some.at(-1)!.line
      for (const { line: at, parent_key } of some)
        if (station?.one(sql`SELECT 1 FROM units WHERE key = ${parent_key}`))
          db.run(sql`UPDATE lines SET depth = 0 WHERE line = ${at}`)
    }
    rejectAll(outside, sql`'the parent ' || parent_key || ' is neither in the file nor here'`)
  }

  /** Moves lines from good to bad. */
  function rejectAll(which: Query, reason: Query): void {
    const { changes } = db.run(
      sql`INSERT INTO bad (line, reason) SELECT line, ${reason} FROM lines WHERE ${which}`,
    )
    bad += changes
    good -= changes
    db.run(sql`DELETE FROM lines WHERE line IN (SELECT line FROM bad)`)
  }

  /** Two questions: asked in one, SQLite would step through all lines of this depth that were there before. */
  function next({ depth, line }: Place, limit: number): StagedLine[] {
    const same = db.all<StagedLine>(
      sql`SELECT depth, line, content FROM lines WHERE depth = ${depth} AND line > ${line} ORDER BY line LIMIT ${limit}`,
    )
    if (same.length === limit) return same
    const deeper = db.all<StagedLine>(sql`SELECT depth, line, content FROM lines WHERE depth > ${depth}
      ORDER BY depth, line LIMIT ${limit - same.length}`)
    return [...same, ...deeper]
  }

  return {
    add,
    addBad,
    settle,
    get good() {
      return good
    },
    get bad() {
      return bad
    },
    countBatches: () => db.one<{ n: number }>(sql`SELECT count(DISTINCT batch_key) AS n FROM lines`)!.n,
    badLines: (limit) => db.all(sql`SELECT line, reason FROM bad ORDER BY line LIMIT ${limit}`),
    next,
    close() {
      db.execute('ROLLBACK')
      db.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
