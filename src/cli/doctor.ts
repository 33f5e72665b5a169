import { accessSync, constants, existsSync, statSync } from 'node:fs'

import type { Config } from '../main/config.ts'
import { filesOf } from '../main/data-folder.ts'
import { diskFree } from '../host/folder.ts'
import { newestBackup } from '../main/database-problem.ts'
import { codeOf, isProblem, problemLine, wordsOf, type Problem } from '../host/problem.ts'
import { formatTime } from '../model/time.ts'
import { openForReading } from './reading.ts'
import type { Given } from './command.ts'
import { filesFindings } from './files-findings.ts'
import { bad, type Finding, note, ok, report } from './findings.ts'
import { faultsOf } from './soundness.ts'
import { findServer } from './status.ts'

export async function run({ flags, config }: Given): Promise<number | Problem> {
  const findings = [
    programFinding(),
    ...config.warnings.map((warning) => note('settings', warning)),
    folderFinding(config),
    diskFinding(config),
    clockFinding(),
    await serverFinding(config),
    databaseFinding(config),
    ...filesFindings(config),
    backupFinding(config),
    ...keysFindings(config),
  ]
  return report(findings, 'json' in flags)
}

function programFinding(): Finding {
  const major = Number(process.versions.node.split('.')[0])
  return major >= 24 ? ok('node', process.version) : bad('node', `${process.version}; 24 or newer is needed`)
}

function folderFinding({ settings: { data_dir } }: Config): Finding {
  if (!existsSync(data_dir)) return note('folder', `${data_dir} is not there yet: the first start makes it`)
  try {
    accessSync(data_dir, constants.R_OK | constants.W_OK)
    return ok('folder', data_dir)
  } catch (error) {
    return bad('folder', `${data_dir} cannot be written (${codeOf(error) || wordsOf(error)})`)
  }
}

const LOW_BYTES = 500_000_000

function diskFinding({ settings: { data_dir } }: Config): Finding {
  if (!existsSync(data_dir)) return note('disk', 'not known before the folder is there')
  const free = diskFree(data_dir)
  const says = `${Math.floor(free / 1_000_000)} MB free`
  return free < LOW_BYTES ? bad('disk', `${says}: make room soon`) : ok('disk', says)
}

/** Before this program existed no clock can be right. */
const EARLIEST_MS = Date.UTC(2026, 0, 1)

function clockFinding(): Finding {
  const now = Date.now()
  return now < EARLIEST_MS
    ? bad('clock', `${formatTime(now)} is in the past: set it`)
    : ok('clock', formatTime(now))
}

async function serverFinding({ settings: { data_dir } }: Config): Promise<Finding> {
  const { state, url, pid } = await findServer(data_dir)
  if (state === 'unreachable') return bad('server', `process ${pid} does not answer at ${url}`)
  return state === 'running'
    ? ok('server', `process ${pid} answers at ${url}`)
    : note('server', 'not running')
}

function databaseFinding(config: Config): Finding {
  const file = filesOf(config.settings.data_dir).database
  if (!existsSync(file)) return note('database', 'none yet: the first start makes it')
  const db = openForReading(config)
  if (isProblem(db)) return bad('database', problemLine(db))
  try {
    const [fault] = faultsOf(db)
    return fault
      ? bad('database', `damaged: ${fault}`)
      : ok('database', `sound, ${statSync(file).size} bytes`)
  } catch (error) {
    return bad('database', `damaged: ${wordsOf(error)}`)
  } finally {
    db.close()
  }
}

const OLD_BACKUP_MS = 7 * 86_400_000

function backupFinding({ settings: { data_dir } }: Config): Finding {
  const backup = newestBackup(filesOf(data_dir).backups)
  if (!backup) return note('backup', 'there is none: lotkeeper backup makes one')
  const says = `${backup.file}, ${formatTime(Math.floor(backup.at_ms))}`
  return Date.now() - backup.at_ms > OLD_BACKUP_MS
    ? note('backup', `${says}: older than a week`)
    : ok('backup', says)
}

function keysFindings({ settings: { data_dir } }: Config): Finding[] {
  const { keys } = filesOf(data_dir)
  if (!existsSync(keys)) return []
  return [note('keys', `${keys} still holds the first keys: remove it once they are where they are used`)]
}
