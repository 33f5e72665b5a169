import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

import { readClock } from './clock.ts'
import { type DataFolder, diskFree, folderProblem, writePrivateFile } from './data-folder.ts'
import { newId } from './id.ts'
import { codeOf, type Problem, problem, wordsOf } from './problem.ts'
import { type Database, openDatabase, type WritableDb } from './store/database.ts'
import { createIdentity, type Identity, readIdentity, userNamed } from './store/identity.ts'
import { createKey, newKeyText } from './store/keys.ts'
import { knownVersion, migrate, schemaVersion } from './store/migrate.ts'
import { sql } from './store/sql.ts'
import { createStore, type Store } from './store/store.ts'

/** The one connection that writes, for as long as the data folder is held. */
export interface OpenStore {
  readonly store: Store
  readonly identity: Identity
  /** True when this start made the station and its first keys. */
  readonly first_start: boolean
  /** Commits what waits and closes the file. */
  close(): void
}

/** What a start needs at least. */
const ROOM_BYTES = 1_000_000

/** Up to this size the whole database is looked through at each start (some 100 ms); larger ones by `lotkeeper doctor`. */
const LOOK_THROUGH_MAX_BYTES = 32 * 1024 * 1024

/**
 * Opens the database of a held data folder: sees that it is sound and not from the future, brings it up to date, and
 * on the first start makes the station, its user and its keys. Either all of that, or nothing is changed.
 */
export async function openStore(folder: DataFolder, station_name: string): Promise<OpenStore | Problem> {
  let db: Database | undefined
  try {
    db = openDatabase(folder.database)
    const bad = findDamage(db)
    if (bad !== undefined) return closing(db, damaged(folder, bad))
    const migrated = migrate(db)
    if (migrated.kind === 'newer') return closing(db, newerProblem(folder.database, migrated.version))
    const store = createStore(db, { newId, readClock })
    const first_start = readIdentity(db) === undefined
    if (first_start) await store.commits.write((writable) => makeStation(writable, folder, station_name))
    const open = db
    return {
      store,
      identity: readIdentity(db)!,
      first_start,
      close() {
        store.commits.flush()
        open.close()
      },
    }
  } catch (error) {
    db?.close()
    return databaseProblem(folder, error)
  }
}

function closing(db: Database, outcome: Problem): Problem {
  db.close()
  return outcome
}

/** The first complaint about the file, or undefined. */
function findDamage(db: Database): string | undefined {
  const { tables } = db.one<{ tables: number }>(sql`SELECT count(*) AS tables FROM sqlite_schema`)!
  if (tables > 0 && schemaVersion(db) === 0) return 'it holds tables of another program'
  const { bytes } = db.one<{ bytes: number }>(
    sql`SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size`,
  )!
  if (bytes > LOOK_THROUGH_MAX_BYTES) return undefined
  const { quick_check } = db.one<{ quick_check: string }>(sql`PRAGMA quick_check(1)`)!
  return quick_check === 'ok' ? undefined : quick_check
}

/** `keys.json` is written before the commit: a crash in between leaves a file that the next first start replaces. */
function makeStation(db: WritableDb, folder: DataFolder, station_name: string): void {
  const { wall_ms: created_at } = readClock()
  const station_id = newId()
  createIdentity(db, { station_id, station_name, incarnation: newId(), created_at })
  const user_id = userNamed(db, { id: newId(), name: 'Operator', created_at })
  const keys = { user: newKeyText(), station: newKeyText() }
  const name = 'first start'
  createKey(db, { id: newId(), name, key: keys.user, owner: { kind: 'user', id: user_id }, created_at })
  createKey(db, {
    id: newId(),
    name,
    key: keys.station,
    owner: { kind: 'station', id: station_id },
    created_at,
  })
  writePrivateFile(folder.keys, keys)
}

function damaged(folder: Pick<DataFolder, 'database' | 'backups'>, complaint: string): Problem {
  const backup = newestBackup(folder.backups)
  return problem(
    `${folder.database} is damaged (${complaint})`,
    `It was left as it is. Bring back a backup with: lotkeeper restore ${backup?.file ?? 'FILE'}`,
  )
}

export function newerProblem(file: string, version: number): Problem {
  return problem(
    `${file} was written by a newer Lotkeeper (version ${version}; this one knows ${knownVersion()})`,
    'Use the newer Lotkeeper, or bring back a backup of this version with: lotkeeper restore FILE',
  )
}

/** What an error of SQLite or of the system means for a person. */
export function databaseProblem(
  folder: Pick<DataFolder, 'database' | 'backups' | 'data_dir'>,
  error: unknown,
): Problem {
  const code = codeOf(error)
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) return damaged(folder, wordsOf(error))
  if (code === 'SQLITE_BUSY' || code === 'SQLITE_LOCKED')
    return problem(`${folder.database} is held by another program`, 'Close that program, then start again')
  // On a full disk some of SQLite's files fail before its database does.
  if (code.startsWith('SQLITE_IOERR') && diskFree(folder.data_dir) < ROOM_BYTES)
    return folderProblem(folder.data_dir, { code: 'ENOSPC' })
  if (code.startsWith('SQLITE_IOERR'))
    return problem(
      `the disk of ${folder.database} answers with errors (${code})`,
      'See that it has room and is sound, then start again',
    )
  if (code === 'SQLITE_READONLY')
    return problem(`${folder.database} is read-only`, 'Make it writable, then start again')
  if (code === '') throw error
  return folderProblem(folder.data_dir, error)
}

/** The backup made last, by name order of the files' times. */
export function newestBackup(backups: string): { readonly file: string; readonly at_ms: number } | undefined {
  try {
    return readdirSync(backups)
      .filter((name) => /^lotkeeper-.*\.db$/.test(name))
      .map((name) => ({ file: join(backups, name), at_ms: statSync(join(backups, name)).mtimeMs }))
      .toSorted((a, b) => b.at_ms - a.at_ms)[0]
  } catch {
    return undefined
  }
}
