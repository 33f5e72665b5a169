import { existsSync } from 'node:fs'
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'

import { codeOf, isProblem, type Problem, problem, wordsOf } from '../host/problem.ts'
import { formatTime } from '../model/time.ts'
import { keepBackup } from './store/backups.ts'
import { type End, followChain } from './store/chain-check.ts'
import type { Database } from './store/database.ts'

export interface BackupMade {
  readonly file: string
  readonly bytes: number
  /** The last change in it. */
  readonly seq: number
  readonly verified_at: string
}

/**
 * Copies headquarters to a file, restores that file into a scratch database and works out its whole chain there. Only then does
 * the file get its name, and only then may stations forget what is in it: a backup that nobody has restored is a hope.
 * @param file undefined names one in `folder` after the time
 */
export async function backUp(
  db: Database,
  folder: string,
  file: string | undefined,
  now: () => number,
): Promise<BackupMade | Problem> {
  const target = file === undefined ? join(folder, nameFor(db, now())) : resolve(file)
  if (existsSync(target))
    return problem(`${target} exists already`, 'Give another name: a backup never replaces a file')
  const part = `${target}.part`
  try {
    await mkdir(dirname(target), { recursive: true, mode: 0o700 })
    await rm(part, { force: true })
    const failed = await db.copyTo(part)
    if (isProblem(failed)) return failed
    const end = await verified(db, part)
    if (isProblem(end)) return end
    const { size: bytes } = await stat(part)
    const verified_at = now()
    if (existsSync(target)) return problem(`${target} exists already`, 'Give another name')
    await rename(part, target)
    if ((await keepBackup(db, { ...end, file: target, bytes, verified_at })) === 'of_another_history')
      return problem(
        'headquarters was set back while the backup was made',
        `${target} holds what was before; make another one`,
      )
    return { file: target, bytes, seq: end.seq, verified_at: formatTime(verified_at) }
  } catch (error) {
    return problemWith(target, error)
  } finally {
    await rm(part, { force: true }).catch(() => undefined)
  }
}

async function verified(db: Database, file: string): Promise<End | Problem> {
  const copy = await db.openCopy(file)
  if (isProblem(copy)) return copy
  try {
    const end = await followChain(copy)
    if (!('broken_at' in end)) return end
    return problem(
      `the restored copy is not whole: its history breaks at change ${end.broken_at}`,
      'It was thrown away, and stations keep what they have; look at the database before anything else',
    )
  } finally {
    await copy.close()
  }
}

function problemWith(target: string, error: unknown): Problem {
  switch (codeOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return problem(`the disk of ${target} is full`, 'Make room on it, or give a file elsewhere')
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return problem(
        `headquarters may not write ${target}`,
        'Give a file in a folder where its user may write, or none for its own folder',
      )
    case 'EEXIST':
    case 'ENOTDIR':
      return problem(`${dirname(target)} is not a folder`, 'Give a file in a folder')
    default:
      return problem(`the backup failed (${wordsOf(error)})`, 'It does not count; try again')
  }
}

/** The time as a part of a file's name on any system; the ending says what restores it. */
function nameFor({ kind }: Database, now: number): string {
  const stamp = formatTime(now)
    .replace(/[-:]/g, '')
    .replace(/\.\d+Z$/, 'Z')
  return `headquarters-${stamp}.${kind === 'postgres' ? 'dump' : 'tar.gz'}`
}
