import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

import { filesOf } from '../main/data-folder.ts'
import { folderProblem } from '../host/folder.ts'
import { isProblem, problem, type Problem } from '../host/problem.ts'
import { countRows } from '../main/store/record-list.ts'
import { openForReading } from './reading.ts'
import { print, type Given } from './command.ts'
import { startProgress } from './progress.ts'
import { inspect } from './soundness.ts'

export async function run({ words: [word], config }: Given): Promise<number | Problem> {
  const { data_dir } = config.settings
  const file = resolve(word ?? join(filesOf(data_dir).backups, `lotkeeper-${stamp()}.db`))
  if (existsSync(file))
    return problem(`${file} exists already`, 'Give another name: a backup never replaces a file')
  const db = openForReading(config)
  if (isProblem(db)) return db
  const part = `${file}.part`
  const progress = startProgress('copying  ', 1_000)
  try {
    mkdirSync(dirname(file), { recursive: true })
    rmSync(part, { force: true })
    // The open transaction keeps one moment: without it every write meanwhile would start the copy over.
    db.execute('BEGIN')
    const rows = countRows(db)
    await db.copyTo(part, (share) => progress.to(Math.floor(share * 1_000)))
    progress.stop()
    const copy = inspect(part)
    if (isProblem(copy)) return copy
    if (copy.batches !== rows.batches || copy.units !== rows.units)
      return problem('the copy holds other rows than the station', 'It was thrown away; try again')
    renameSync(part, file)
    print(JSON.stringify({ file, bytes: statSync(file).size, ...rows }))
    return 0
  } catch (error) {
    return folderProblem(dirname(file), error)
  } finally {
    progress.stop()
    db.close()
    rmSync(part, { force: true })
  }
}

/** Now, as a part of a file's name on any system. */
export function stamp(): string {
  return new Date()
    .toISOString()
    .replace(/[-:]/g, '')
    .replace(/\.\d+Z$/, 'Z')
}
