import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { codeOf, type Problem, problem, wordsOf } from '../host/problem.ts'

/** What the running server leaves for the command line. Only the owner can read it. */
export interface ServerFile {
  readonly url: string
  readonly pid: number
  readonly version: string
  readonly token: string
}

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

export interface DataFolder extends ReturnType<typeof filesOf> {
  readonly kind: 'held'
  readonly data_dir: string
  release(): void
}

export interface InUse {
  readonly kind: 'in_use'
  readonly server: ServerFile | undefined
}

/** Makes the folder where it is missing and holds it: the embedded database has no lock of its own and dies of two owners. */
export function holdDataFolder(data_dir: string): DataFolder | InUse | Problem {
  const files = filesOf(data_dir)
  try {
    mkdirSync(files.logs, { recursive: true, mode: 0o700 })
    const test = join(data_dir, '.write-test')
    writeFileSync(test, 'x'.repeat(4_096))
    rmSync(test)
    const release = holdLock(files.lock)
    return release
      ? { kind: 'held', ...files, data_dir, release }
      : { kind: 'in_use', server: readServerFile(data_dir) }
  } catch (error) {
    return folderProblem(data_dir, error)
  }
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

export function folderProblem(data_dir: string, error: unknown): Problem {
  switch (codeOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return problem(`the disk of ${data_dir} is full`, 'Make room on it, then start again')
    case 'EROFS':
      return problem(`${data_dir} is read-only`, 'Make it writable, or choose another folder with --data-dir')
    case 'EACCES':
    case 'EPERM':
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

export function inUseProblem(data_dir: string, { server }: InUse): Problem {
  const who = server ? `process ${server.pid}, ${server.url}` : 'another process'
  return problem(
    `${data_dir} is already in use (${who})`,
    'Use that one, stop it, or choose another folder with --data-dir',
  )
}

export function readServerFile(data_dir: string): ServerFile | undefined {
  try {
    return JSON.parse(readFileSync(filesOf(data_dir).server, 'utf8')) as ServerFile
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
