import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

import type { DataFolder } from './data-folder.ts'
import { diskFree, folderProblem } from '../host/folder.ts'
import { codeOf, type Problem, problem, wordsOf } from '../host/problem.ts'
import { isDamage } from './store/database.ts'
import { knownVersion } from './store/migrate.ts'

/** Where what lies: enough to name the file and the way out. */
type Files = Pick<DataFolder, 'database' | 'backups' | 'headquarters' | 'data_dir'>

/** What a start needs at least. */
const ROOM_BYTES = 1_000_000

export function damagedProblem(folder: Files, complaint: string): Problem {
  const backup = newestBackup(folder.backups)
  const way_out = `It was left as it is. Bring back a backup with: ${restoring(folder, backup?.file)}`
  return problem(
    `${folder.database} is damaged (${complaint})`,
    backup === undefined && existsSync(folder.headquarters)
      ? `${way_out}. If there is none, move it away with its -wal and start: what headquarters has comes back by itself, with new keys`
      : way_out,
  )
}

export function newerProblem(folder: Pick<Files, 'database' | 'data_dir'>, version: number): Problem {
  return problem(
    newerWords(folder.database, version),
    `Use the newer Lotkeeper, or bring back a backup of this version with: ${restoring(folder, undefined)}`,
  )
}

export const newerWords = (file: string, version: number) =>
  `${file} was written by a newer Lotkeeper (version ${version}; this one knows ${knownVersion()})`

/** To be typed as it stands: without its folder named, another station's database would be replaced. The folder does not end the sentence. */
const restoring = ({ data_dir }: Pick<Files, 'data_dir'>, file: string | undefined) =>
  `lotkeeper restore --data-dir ${quoted(data_dir)} ${file === undefined ? 'FILE' : quoted(file)}`

/** As shells of all systems take it. */
const quoted = (path: string) => (/[\s&()]/.test(path) ? `"${path}"` : path)

/** On a full disk some of SQLite's files fail before its database does. */
export function isFull(error: unknown, folder: string): boolean {
  const code = codeOf(error)
  if (['ENOSPC', 'EDQUOT', 'SQLITE_FULL'].includes(code)) return true
  return code.startsWith('SQLITE_IOERR') && diskFree(folder) < ROOM_BYTES
}

/** What an error of SQLite or of the system means for a person. */
export function databaseProblem(folder: Files, error: unknown): Problem {
  const code = codeOf(error)
  if (isDamage(error)) return damagedProblem(folder, wordsOf(error))
  if (code === 'SQLITE_BUSY' || code === 'SQLITE_LOCKED')
    return problem(`${folder.database} is held by another program`, 'Close that program, then start again')
  if (isFull(error, folder.data_dir)) return folderProblem(folder.data_dir, { code: 'ENOSPC' })
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

/** The backup made last, by the times of the files. */
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
