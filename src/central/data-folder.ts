import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { type Held, holdFolder, type InUse } from '../host/folder.ts'
import { type Problem, wordsOf } from '../host/problem.ts'

export function filesOf(data_dir: string) {
  return {
    lock: join(data_dir, 'central.lock'),
    server: join(data_dir, 'server.json'),
    keys: join(data_dir, 'keys.json'),
    logs: join(data_dir, 'logs'),
    backups: join(data_dir, 'backups'),
    /** Where the embedded database is, while no other is named. */
    embedded: join(data_dir, 'postgres'),
  }
}

export type DataFolder = Held<ReturnType<typeof filesOf>>

/** Headquarters' folder, in the hands of this process: the embedded database has no lock of its own and dies of two owners. */
export function holdDataFolder(data_dir: string): DataFolder | InUse | Problem {
  const files = filesOf(data_dir)
  return holdFolder(data_dir, 'headquarters', files, [files.logs], holdLock)
}

/** The system gives the lock back when the process ends, however it ends. SQLite is the portable way to such a lock. */
function holdLock(file: string): (() => void) | undefined {
  const db = new DatabaseSync(file, { timeout: 0 })
  try {
    db.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    return () => db.close()
  } catch (error) {
    db.close()
    if (/locked|busy/i.test(wordsOf(error))) return undefined
    throw error
  }
}
