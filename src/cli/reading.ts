import { existsSync } from 'node:fs'

import type { Config } from '../main/config.ts'
import { filesOf } from '../main/data-folder.ts'
import { databaseProblem, newerProblem } from '../main/database-problem.ts'
import { type Problem, problem } from '../host/problem.ts'
import { type Database, openDatabase } from '../main/store/database.ts'
import { knownVersion, schemaVersion } from '../main/store/migrate.ts'

/**
 * Reading: a connection of its own beside the running server, or alone. It sees one moment of the database for as long
 * as its transaction lasts, and the server neither waits nor works for it.
 */
export function openForReading({ settings }: Config): Database | Problem {
  const files = { ...filesOf(settings.data_dir), data_dir: settings.data_dir }
  if (!existsSync(files.database))
    return problem(
      `there is no station in ${settings.data_dir}`,
      'Name its folder with --data-dir, or start it once',
    )
  let db: Database | undefined
  try {
    db = openDatabase(files.database, { readonly: true })
    const version = schemaVersion(db)
    if (version === knownVersion()) return db
    db.close()
    return version > knownVersion() ? newerProblem(files, version) : olderProblem(files.database)
  } catch (error) {
    db?.close()
    return databaseProblem(files, error)
  }
}

const olderProblem = (file: string) =>
  problem(
    `${file} was written by an older Lotkeeper`,
    'Start the station once with this version: it brings the file up to date',
  )
