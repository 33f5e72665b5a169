import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

import { codeOf, type Problem, problem, wordsOf } from './problem.ts'

/** Files that every data folder has; a program of ours names more. */
interface Files {
  readonly lock: string
  readonly server: string
}

/** Whose data folder it is, and the file it is known by. */
const marks = { station: 'lotkeeper.db', headquarters: 'central.lock' } as const
export type Whose = keyof typeof marks

export const isFolderOf = (whose: Whose, data_dir: string): boolean =>
  existsSync(join(data_dir, marks[whose]))

/** A data folder in the hands of this process. */
export type Held<Named extends Files> = Named & {
  readonly kind: 'held'
  readonly data_dir: string
  /** Gives the folder back to others. */
  release(): void
}

/** What the running server leaves for the command line. Only the owner can read it: the token is worth as much as the database. */
export interface ServerFile {
  readonly url: string
  readonly pid: number
  readonly version: string
  readonly token: string
}

/** Held by another process: which one, as far as it has said so. */
export interface InUse {
  readonly kind: 'in_use'
  readonly server: ServerFile | undefined
}

/**
 * Makes the folder where it is missing, sees that it can be written, and holds it: one process at a time has the database.
 * Owner-only on systems with permission bits; on Windows the folder's ACL stands as the installer or administrator set it.
 * @param whose a folder of the other is left alone: the first start would write over its keys
 * @param folders what has to be there inside
 * @param holdLock takes a lock that ends with the process, or says undefined while another has it
 */
export function holdFolder<Named extends Files>(
  data_dir: string,
  whose: Whose,
  files: Named,
  folders: readonly string[],
  holdLock: (file: string) => (() => void) | undefined,
): Held<Named> | InUse | Problem {
  const other = whose === 'station' ? 'headquarters' : 'station'
  if (isFolderOf(other, data_dir) && !isFolderOf(whose, data_dir)) return otherProblem(data_dir, other)
  // What is made from here on is for its owner alone, also in a folder that others may enter.
  process.umask(0o077)
  try {
    for (const folder of [data_dir, ...folders]) mkdirSync(folder, { recursive: true, mode: 0o700 })
    accessSync(data_dir, constants.R_OK | constants.W_OK)
    tryWriting(join(data_dir, '.write-test'))
    const release = holdLock(files.lock)
    if (!release) return { kind: 'in_use', server: readServerFile(files) }
    // Who holds the folder knows that no server runs: a file that says otherwise was left by one that was killed.
    removeFile(files.server)
    return { kind: 'held', ...files, data_dir, release }
  } catch (error) {
    return folderProblem(data_dir, error)
  }
}

/** Permission bits do not tell of a read-only or full disk, nor of Windows' ACLs: only writing does. */
function tryWriting(file: string): void {
  writeFileSync(file, 'x'.repeat(4_096))
  rmSync(file)
}

/** What a system or SQLite error about the data folder means for a person. */
export function folderProblem(data_dir: string, error: unknown): Problem {
  switch (codeOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'SQLITE_FULL':
      return problem(`the disk of ${data_dir} is full`, 'Make room on it, then start again; nothing was lost')
    case 'EROFS':
    case 'SQLITE_READONLY':
    case 'SQLITE_READONLY_DBMOVED':
    case 'SQLITE_READONLY_DIRECTORY':
      return problem(`${data_dir} is read-only`, 'Make it writable, or choose another folder with --data-dir')
    case 'EACCES':
    case 'EPERM':
    case 'SQLITE_CANTOPEN':
      return problem(
        `${data_dir} cannot be written by this user`,
        'Give this user the right to write there, or choose another folder with --data-dir',
      )
    case 'EEXIST':
    case 'ENOTDIR':
      return problem(`${data_dir} is not a folder`, 'Choose another with --data-dir')
    default:
      return problem(
        `${data_dir} cannot be used (${wordsOf(error)})`,
        'Choose another folder with --data-dir',
      )
  }
}

const otherProblem = (data_dir: string, other: Whose) =>
  problem(
    `${data_dir} is the folder of ${other === 'station' ? 'a station' : 'headquarters'}`,
    'Name another one with --data-dir',
  )

export function inUseProblem(data_dir: string, { server }: InUse): Problem {
  const who = server ? `process ${server.pid}, ${server.url}` : 'another process'
  return problem(
    `${data_dir} is already in use (${who})`,
    'Use that one, stop it, or choose another folder with --data-dir',
  )
}

export function readServerFile({ server }: Pick<Files, 'server'>): ServerFile | undefined {
  try {
    return JSON.parse(readFileSync(server, 'utf8')) as ServerFile
  } catch {
    return undefined
  }
}

/** Writes a file for the owner's eyes only, whole or not at all. */
export function writePrivateFile(file: string, content: object): void {
  const part = `${file}.part`
  rmSync(part, { force: true })
  writeFileSync(part, `${JSON.stringify(content)}\n`, { mode: 0o600, flush: true })
  renameSync(part, file)
}

export function removeFile(file: string): void {
  rmSync(file, { force: true })
}

/** Room left on the disk of a folder. */
export function diskFree(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}
