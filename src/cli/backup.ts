import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

import { filesOf } from '../main/data-folder.ts'
import { damagedProblem, isFull } from '../main/database-problem.ts'
import { codeOf, isProblem, problem, type Problem, wordsOf } from '../host/problem.ts'
import { type Database, isDamage } from '../main/store/database.ts'
import { moveFile } from '../main/store/move-file.ts'
import { countRows } from '../main/store/record-list.ts'
import { openForReading } from './reading.ts'
import { print, type Given } from './command.ts'
import { startProgress } from './progress.ts'
import { faultsOf, inspect } from './soundness.ts'

type Files = ReturnType<typeof filesOf> & { readonly data_dir: string }

export async function run({ words: [word], config }: Given): Promise<number | Problem> {
  const { data_dir } = config.settings
  const files = { ...filesOf(data_dir), data_dir }
  const file = resolve(word ?? join(files.backups, `lotkeeper-${stamp()}.db`))
  if (existsSync(file))
    return problem(`${file} exists already`, 'Give another name: a backup never replaces a file')
  const db = openForReading(config)
  if (isProblem(db)) return db
  // A backup is as secret as the database: for its owner alone.
  process.umask(0o077)
  try {
    const made = await copy(db, file, files)
    if (isProblem(made)) return made
    print(JSON.stringify({ file, bytes: statSync(file).size, ...made }))
    return 0
  } catch (error) {
    return copyProblem(file, error)
  } finally {
    db.close()
  }
}

/** The file has its name when the copy was looked through; otherwise nothing is left of it. */
async function copy(
  db: Database,
  file: string,
  files: Files,
): Promise<{ batches: number; units: number } | Problem> {
  const part = `${file}.part`
  const progress = startProgress('copying  ', 1_000)
  mkdirSync(dirname(file), { recursive: true })
  try {
    rmSync(part, { force: true })
    // The open transaction keeps one moment: without it every write meanwhile would start the copy over.
    db.execute('BEGIN')
    const rows = countRows(db)
    await db.copyTo(part, (share) => progress.to(Math.floor(share * 1_000)))
    progress.stop()
    const sound = inspect(part, `the copy of ${files.database}`)
    if (isProblem(sound)) return whoseFault(db, files, sound)
    if (sound.batches !== rows.batches || sound.units !== rows.units)
      return problem('the copy holds other rows than the station', 'It was thrown away; try again')
    moveFile(part, file)
    return rows
  } finally {
    progress.stop()
    rmSync(part, { force: true })
  }
}

/** A copy is as damaged as its original, or the disk it is on spoiled it. */
function whoseFault(db: Database, files: Files, { cause }: Problem): Problem {
  const [fault] = faultsOf(db)
  if (fault !== undefined) return damagedProblem(files, fault)
  return problem(cause, 'It was thrown away. Try again, and give a file on another disk if that is no better')
}

function copyProblem(file: string, error: unknown): Problem {
  // The command line says what is the matter with the station.
  if (isDamage(error)) throw error
  const folder = dirname(file)
  if (isFull(error, folder))
    return problem(
      `the disk of ${folder} is full`,
      'Make room on it, or give a file elsewhere; no backup was made',
    )
  switch (codeOf(error)) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOENT':
    case 'SQLITE_CANTOPEN':
    case 'SQLITE_READONLY':
      return problem(
        `${file} cannot be written by this user (${codeOf(error)})`,
        'Give a file in a folder where this user may write; no backup was made',
      )
    case 'EEXIST':
    case 'ENOTDIR':
      return problem(`${folder} is not a folder`, 'Give a file in a folder; no backup was made')
    default:
      return problem(`the backup failed (${wordsOf(error)})`, 'It does not count; try again')
  }
}

/** Now, as a part of a file's name on any system. */
export function stamp(): string {
  return new Date()
    .toISOString()
    .replace(/[-:]/g, '')
    .replace(/\.\d+Z$/, 'Z')
}
