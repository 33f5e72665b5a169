import { existsSync, renameSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'

import { type DataFolder, holdDataFolder } from '../main/data-folder.ts'
import { folderProblem, inUseProblem } from '../host/folder.ts'
import { isProblem, type Problem, problem } from '../host/problem.ts'
import { openDatabase } from '../main/store/database.ts'
import { stamp } from './backup.ts'
import { print, type Given } from './command.ts'
import { startProgress } from './progress.ts'
import { inspect } from './soundness.ts'

export async function run({ words: [word], config, usage }: Given): Promise<number | Problem> {
  if (!word) return problem('no file is given', `Usage: ${usage}`)
  const { data_dir } = config.settings
  const folder = holdDataFolder(data_dir)
  if (isProblem(folder)) return folder
  // Scripts would go on writing to what is being replaced: stopping them is a decision for a person.
  if (folder.kind === 'in_use') return problem(inUseProblem(data_dir, folder).cause, 'Stop it, then restore')
  try {
    return await restore(resolve(word), folder)
  } catch (error) {
    return folderProblem(data_dir, error)
  } finally {
    folder.release()
  }
}

async function restore(file: string, folder: DataFolder): Promise<number | Problem> {
  const sound = inspect(file)
  if (isProblem(sound)) return sound
  const part = `${folder.database}.part`
  rmSync(part, { force: true })
  const progress = startProgress('copying  ', 1_000)
  const source = openDatabase(file, { readonly: true })
  try {
    await source.copyTo(part, (share) => progress.to(Math.floor(share * 1_000)))
  } finally {
    progress.stop()
    source.close()
  }
  const copy = inspect(part)
  if (isProblem(copy)) {
    rmSync(part, { force: true })
    return copy
  }
  const kept = setAside(folder)
  renameSync(part, folder.database)
  print(JSON.stringify({ restored: file, ...copy, kept }))
  return 0
}

/** The replaced database goes to `backups/` with everything that belongs to it: its last writes may still be in its WAL. */
function setAside(folder: DataFolder): string | null {
  if (!existsSync(folder.database)) return null
  const kept = join(folder.backups, `replaced-${stamp()}.db`)
  for (const end of ['-wal', '-shm', ''])
    if (existsSync(folder.database + end)) renameSync(folder.database + end, kept + end)
  return kept
}
