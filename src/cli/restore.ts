import { chmodSync, copyFileSync, existsSync, renameSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

import { type DataFolder, holdDataFolder } from '../main/data-folder.ts'
import { isFull } from '../main/database-problem.ts'
import { folderProblem, inUseProblem } from '../host/folder.ts'
import { isProblem, type Problem, problem } from '../host/problem.ts'
import { openDatabase } from '../main/store/database.ts'
import { moveFile, syncToDisk } from '../main/store/move-file.ts'
import { stamp } from './backup.ts'
import { print, type Given } from './command.ts'
import { startProgress } from './progress.ts'
import { inspect, unsoundProblem } from './soundness.ts'

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

/** Nothing of the station is touched before the copy beside it was looked through. */
async function restore(file: string, folder: DataFolder): Promise<number | Problem> {
  const part = `${folder.database}.part`
  removeWithLogs(part)
  try {
    const unreadable = await bringHere(file, part)
    if (unreadable) return unreadable
    const sound = inspect(part, file)
    if (isProblem(sound)) return sound
    const kept = setAside(folder)
    moveFile(part, folder.database)
    print(JSON.stringify({ restored: file, ...sound, kept }))
    return 0
  } finally {
    removeWithLogs(part)
  }
}

const LOGS = ['-wal', '-shm', '-journal']

function removeWithLogs(file: string): void {
  for (const end of [...LOGS, '']) rmSync(file + end, { force: true })
}

/** Copies a database here with what its log holds. The file given stays as it is, and nothing appears beside it. */
async function bringHere(file: string, part: string): Promise<Problem | undefined> {
  try {
    // Without a log the file is all there is. To open it would leave one, or fail where nothing may be written.
    if (!existsSync(`${file}-wal`)) copyFileSync(file, part)
    else await copyOpened(file, part)
    // For its owner alone, and to be written, whatever the file given may be.
    chmodSync(part, 0o600)
    syncToDisk(part)
    return undefined
  } catch (error) {
    if (isFull(error, dirname(part))) throw error
    return unsoundProblem(file, error)
  }
}

/** The log may be that of a running station: SQLite reads the two as one. */
async function copyOpened(file: string, part: string): Promise<void> {
  const progress = startProgress('copying  ', 1_000)
  const source = openDatabase(file, { readonly: true })
  try {
    await source.copyTo(part, (share) => progress.to(Math.floor(share * 1_000)))
  } finally {
    progress.stop()
    source.close()
  }
}

/** The replaced database goes to `backups/` with everything that belongs to it: its last writes may still be in its WAL. */
function setAside(folder: DataFolder): string | null {
  if (!existsSync(folder.database)) return null
  takeInLog(folder.database)
  const kept = join(folder.backups, `replaced-${stamp()}.db`)
  for (const end of ['-wal', '-shm', ''])
    if (existsSync(folder.database + end)) renameSync(folder.database + end, kept + end)
  return kept
}

/** A station that was killed left answered writes in its log: they are not to be parted from the database by a crash between two renamings. */
function takeInLog(database: string): void {
  if (!existsSync(`${database}-wal`)) return
  try {
    openDatabase(database).close()
  } catch {
    // What is damaged is kept as it is, log and all.
  }
}
