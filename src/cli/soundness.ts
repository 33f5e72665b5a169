import { codeOf, type Problem, problem, wordsOf } from '../host/problem.ts'
import { newerWords } from '../main/database-problem.ts'
import { type Database, openDatabase } from '../main/store/database.ts'
import { readIdentity } from '../main/store/identity.ts'
import { knownVersion, schemaVersion } from '../main/store/migrate.ts'
import { countRows } from '../main/store/record-list.ts'
import { sql } from '../main/store/sql.ts'

/** What a sound file holds. */
export interface Sound {
  readonly batches: number
  readonly units: number
}

/**
 * Opens a database file of its own and looks through all of it.
 * @param called what a person knows it by, if that is another file
 */
export function inspect(file: string, called = file): Sound | Problem {
  let db: Database | undefined
  try {
    db = openDatabase(file, { readonly: true })
    return complaint(db, called) ?? countRows(db)
  } catch (error) {
    return unsoundProblem(called, error)
  } finally {
    db?.close()
  }
}

/** What keeps a file from being read as a database. */
export function unsoundProblem(file: string, error: unknown): Problem {
  const code = codeOf(error)
  if (code === 'ENOENT') return problem(`there is no file ${file}`, 'Give another file')
  return problem(`${file} is no sound database (${code || wordsOf(error)})`, 'Give another file')
}

/** The first thing that is wrong with a database, or undefined. */
function complaint(db: Database, file: string): Problem | undefined {
  const version = schemaVersion(db)
  if (version > knownVersion())
    return problem(newerWords(file, version), 'Use the newer Lotkeeper, or give a backup of this version')
  const faults = faultsOf(db)
  if (faults.length > 0) return problem(`${file} is damaged (${faults[0]})`, 'Give another file')
  if (version === 0 || readIdentity(db) === undefined)
    return problem(`${file} is not the database of a station`, 'Give a file made by lotkeeper backup')
  return undefined
}

/** What SQLite itself finds wrong, a line each: pages and indexes, then references that lead nowhere. */
export function faultsOf(db: Database): string[] {
  const pages = db
    .all<{ integrity_check: string }>(sql`PRAGMA integrity_check(3)`)
    .flatMap((row) => row.integrity_check.split(/[\r\n]+/))
    // Only says which of several databases is meant.
    .filter((line) => !line.startsWith('***'))
  if (pages.join() !== 'ok') return pages
  return db
    .all<{ table: string; parent: string }>(sql`PRAGMA foreign_key_check`)
    .map(({ table, parent }) => `a row of ${table} refers to no row of ${parent}`)
}
