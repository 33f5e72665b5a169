import { existsSync } from 'node:fs'

import Sqlite from 'better-sqlite3'

import { forceToDisk, moveFile } from './move-file.ts'
import type { Query, SqlValue } from './sql.ts'

/** May be asked. */
export interface ReadableDb {
  /** The first row, or undefined. */
  one<Result>(query: Query): Result | undefined
  all<Result>(query: Query): Result[]
  /** Rows as arrays, in the order of the columns: for pages that are asked for thousands of times a second. */
  rows<Result extends SqlValue[]>(query: Query): Result[]
  /** Row by row, without holding them all; the database takes no writes from this connection until the loop ends. */
  each<Result>(query: Query): IterableIterator<Result>
}

/** What a database held at one moment, whatever is written since. */
export interface Snapshot extends ReadableDb {
  close(): void
}

/** May be changed: handed out only inside a transaction (see commits.ts). */
export interface WritableDb extends ReadableDb {
  /** `pk` is the rowid of the last inserted row. */
  run(query: Query): { readonly changes: number; readonly pk: number }
}

/** One connection to one file. The transaction words are for commits.ts and migrate.ts alone. */
export interface Database extends WritableDb {
  readonly path: string
  readonly in_transaction: boolean
  /** Runs statements without values: migrations, pragmas, BEGIN and COMMIT. */
  execute(text: string): void
  /**
   * Forces onto the disk what commits left to the system so far, beside everything else: nobody at the event loop waits for it.
   * @throws what the system says, e.g. with the code `EIO` or `ENOSPC`
   */
  force(): Promise<void>
  /** The database as it stands now, to be read on a connection of its own until it is closed. */
  snapshot(): Snapshot
  /**
   * Copies the live database to a new file, a slice of pages at a time; `progress` hears the share done, 0 to 1. The copy has no log beside
   * it: it is one file, and can be read where nothing may be written.
   */
  copyTo(path: string, progress?: (share: number) => void): Promise<void>
  /**
   * Goes on with another file in the place of this one, in one step that outlives a power cut: `file`, closed and whole, takes the
   * name of the database.
   * @throws with the code `SQLITE_BUSY` while it is copied or read by another process, or what renaming says; it goes on as it was then
   */
  replaceWith(file: string): void
  close(): void
}

/** Statements kept ready for one connection; each costs about 10 kB. The least recently used goes first. */
const STATEMENTS_MAX = 300

/**
 * Opens (or makes) the station's database: WAL, and `synchronous=FULL`, so that an answered write survives a power cut.
 * @throws the driver's error with its `code`, e.g. `SQLITE_CANTOPEN`, `SQLITE_NOTADB`, `SQLITE_READONLY`
 */
export function openDatabase(path: string, options: { readonly?: boolean } = {}): Database {
  if (options.readonly && !existsSync(path))
    throw Object.assign(new Error(`no such file: ${path}`), { code: 'ENOENT' })
  return wrap(connect(path, options.readonly ?? false), path)
}

function connect(path: string, readonly: boolean): Sqlite.Database {
  const connection = new Sqlite(path, { readonly, timeout: 5_000 })
  try {
    if (!readonly) {
      connection.pragma('journal_mode = WAL')
      connection.pragma('synchronous = FULL')
    }
    connection.pragma('foreign_keys = ON')
    connection.pragma('cache_size = -32000')
    connection.pragma('temp_store = MEMORY')
  } catch (error) {
    connection.close()
    throw error
  }
  return connection
}

function wrap(opened: Sqlite.Database, path: string): Database {
  let connection = opened
  let copies = 0
  let forcing: Promise<void> | undefined
  const statements = new Map<string, Sqlite.Statement<unknown[]>>()
  const raw = new Map<string, Sqlite.Statement<unknown[]>>()

  function prepare(cache: typeof statements, text: string): Sqlite.Statement<unknown[]> {
    let statement = cache.get(text)
    if (statement === undefined) {
      if (cache.size >= STATEMENTS_MAX) cache.delete(cache.keys().next().value!)
      statement = connection.prepare<unknown[]>(text)
      if (cache === raw) statement.raw(true)
    } else {
      cache.delete(text)
    }
    cache.set(text, statement)
    return statement
  }

  return {
    path,
    get in_transaction() {
      return connection.inTransaction
    },
    one: <Result>(query: Query) => prepare(statements, query.text).get(query.values) as Result | undefined,
    all: <Result>(query: Query) => prepare(statements, query.text).all(query.values) as Result[],
    rows: <Result extends SqlValue[]>(query: Query) => prepare(raw, query.text).all(query.values) as Result[],
    each: <Result>(query: Query) =>
      connection.prepare<unknown[]>(query.text).iterate(query.values) as IterableIterator<Result>,
    run(query) {
      const { changes, lastInsertRowid } = prepare(statements, query.text).run(query.values)
      return { changes, pk: Number(lastInsertRowid) }
    },
    execute: (text) => void connection.exec(text),
    async force() {
      // One that was begun before may have passed by what was committed since.
      await forcing?.catch(() => {})
      await (forcing ??= forceToDisk(`${path}-wal`)
        .catch(unlessGone)
        .finally(() => (forcing = undefined)))
    },
    snapshot() {
      const still = wrap(connect(path, true), path)
      // A transaction sees what stands when it first reads.
      still.execute('BEGIN')
      still.one({ text: 'SELECT 1 FROM sqlite_schema', values: [] })
      return still
    },
    async copyTo(target, progress) {
      copies += 1
      try {
        await connection.backup(target, {
          progress({ totalPages, remainingPages }) {
            progress?.(totalPages === 0 ? 1 : 1 - remainingPages / totalPages)
            return 1_000
          },
        })
        leaveWal(target)
      } finally {
        copies -= 1
      }
    },
    replaceWith(file) {
      if (copies > 0) throw busy(`${path} is being copied`)
      if (forcing !== undefined) throw busy(`${path} is being forced to the disk`)
      connection.close()
      try {
        // The last one to close takes the log away. One that stays would be taken for the new file's.
        if (existsSync(`${path}-wal`)) throw busy(`another process reads ${path}`)
        moveFile(file, path)
      } finally {
        statements.clear()
        raw.clear()
        connection = connect(path, false)
      }
    },
    close: () => void connection.close(),
  }
}

/** A copy says of itself that it has a log, like its original: then who only reads it leaves one beside it. */
function leaveWal(path: string): void {
  const connection = new Sqlite(path)
  try {
    connection.pragma('journal_mode = DELETE')
  } finally {
    connection.close()
  }
}

/** Is the file no longer what was written to it? */
export function isDamage(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' && (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT'))
}

/** What is in no log any more is in the database file, where SQLite has forced it. */
const unlessGone = (error: Error & { code?: string }) => {
  if (error.code !== 'ENOENT') throw error
}

const busy = (message: string) => Object.assign(new Error(message), { code: 'SQLITE_BUSY' })

/**
 * Holds a lock that ends with the process, however it ends: an exclusive transaction on a file of its own.
 * @returns the release, or undefined while another process holds it
 */
export function holdLock(path: string): (() => void) | undefined {
  const connection = new Sqlite(path, { timeout: 0 })
  try {
    connection.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    connection.close()
    if ((error as { code?: string }).code === 'SQLITE_BUSY') return undefined
    throw error
  }
  return () => void connection.close()
}
