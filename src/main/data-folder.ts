import { join } from 'node:path'

import { type Held, holdFolder, type InUse } from '../host/folder.ts'
import type { Problem } from '../host/problem.ts'
import { holdLock } from './store/database.ts'

/** What lies where in the data folder (docs/configuration.md lists it for people). */
export function filesOf(data_dir: string) {
  return {
    database: join(data_dir, 'lotkeeper.db'),
    lock: join(data_dir, 'lotkeeper.lock'),
    server: join(data_dir, 'server.json'),
    keys: join(data_dir, 'keys.json'),
    headquarters: join(data_dir, 'headquarters.json'),
    logs: join(data_dir, 'logs'),
    backups: join(data_dir, 'backups'),
    attachments: join(data_dir, 'attachments'),
  }
}

export type DataFolder = Held<ReturnType<typeof filesOf>>

/** The station's folder, in the hands of this process. */
export function holdDataFolder(data_dir: string): DataFolder | InUse | Problem {
  const files = filesOf(data_dir)
  return holdFolder(data_dir, 'station', files, [files.logs, files.backups, files.attachments], holdLock)
}
