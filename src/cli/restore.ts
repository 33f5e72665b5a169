import { chmodSync, copyFileSync, existsSync, renameSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

import { type DataFolder, holdDataFolder } from '../main/data-folder.ts'
import { isFull } from '../main/database-problem.ts'
import { folderProblem, inUseProblem } from '../host/folder.ts'
import { isProblem, type Problem, problem } from '../host/problem.ts'
import { openDatabase } from '../main/store/database.ts'
import { type Identity, readIdentity } from '../main/store/identity.ts'
import { moveFile, syncToDisk } from '../main/store/move-file.ts'
import { stamp } from './backup.ts'
import { type Given, print, remark } from './command.ts'
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
    const [before, now] = [folder.database, part].map(stationOf)
    const kept = setAside(folder)
    moveFile(part, folder.database)
    if (before && now && before.station_id !== now.station_id)
      remark(
        `${file} is of the station ${now.station_name}, and ${before.station_name} was here before: the keys of ${now.station_name} count now. If that is not meant, restore ${kept}`,
      )
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
  const kept = join(folder.backups, `replaced-${stamp()}.db`)
  for (const end of ['-wal', '-shm', ''])
    if (existsSync(folder.database + end)) renameSync(folder.database + end, kept + end)
  return kept
}

/**
 * Whose database it is, if it can be read. What a log holds is taken into the file: a station that was killed left answered writes there, which
 * are not to be parted from it by a crash between two renamings.
 */
function stationOf(database: string): Identity | undefined {
  if (!existsSync(database)) return undefined
  try {
    const db = openDatabase(database)
    try {
      return readIdentity(db)
    } finally {
      db.close()
    }
  } catch {
    // What is damaged is kept as it is, log and all.
    return undefined
  }
}
