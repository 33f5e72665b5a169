import { existsSync } from 'node:fs'

import type { Config } from '../main/config.ts'
import { filesOf } from '../main/data-folder.ts'
import { diskFree, readServerFile } from '../host/folder.ts'
import { newestBackup } from '../main/database-problem.ts'
import { isProblem, type Problem } from '../host/problem.ts'
import { journalSize } from '../main/store/journal.ts'
import { countRows } from '../main/store/record-list.ts'
import { version } from '../host/version.ts'
import { formatTime } from '../model/time.ts'
import { openForReading } from './reading.ts'
import { print, type Given } from './command.ts'

/** `unreachable`: a server has said that it runs, and does not answer. */
export type State = 'running' | 'stopped' | 'unreachable' | 'empty'

/** 0 only while the station answers; 3 is what service managers call "not running". */
const exitCode: Record<State, number> = { running: 0, stopped: 3, empty: 3, unreachable: 4 }

export async function run({ flags, config }: Given): Promise<number | Problem> {
  const status = await readStatus(config)
  if (isProblem(status)) return status
  if ('json' in flags) print(JSON.stringify(status))
  else for (const [name, value] of Object.entries(status)) print(`${name.padEnd(16)} ${value ?? '-'}`)
  return exitCode[status.state]
}

export interface Status {
  readonly state: State
  readonly url: string | null
  readonly pid: number | null
  readonly version: string
  readonly data_dir: string
  readonly batches: number
  readonly units: number
  /** Operations that headquarters does not have yet. */
  readonly journal: number
  readonly disk_free_bytes: number | null
  readonly last_backup_at: string | null
}

async function readStatus(config: Config): Promise<Status | Problem> {
  const { data_dir } = config.settings
  const files = filesOf(data_dir)
  const server = await findServer(data_dir)
  const held = existsSync(files.database) ? countHeld(config) : { batches: 0, units: 0, journal: 0 }
  if (isProblem(held)) return held
  const backup = newestBackup(files.backups)
  return {
    state: server.state === 'stopped' && !existsSync(files.database) ? 'empty' : server.state,
    url: server.url,
    pid: server.pid,
    version: server.version ?? version,
    data_dir,
    ...held,
    disk_free_bytes: existsSync(data_dir) ? diskFree(data_dir) : null,
    last_backup_at: backup ? formatTime(Math.floor(backup.at_ms)) : null,
  }
}

interface Server {
  readonly state: 'running' | 'stopped' | 'unreachable'
  readonly url: string | null
  readonly pid: number | null
  readonly version: string | null
}

/** The server named by `server.json`; a file that a killed server left behind names nobody. */
export async function findServer(data_dir: string): Promise<Server> {
  const file = readServerFile(filesOf(data_dir))
  if (!file) return { state: 'stopped', url: null, pid: null, version: null }
  const { url, pid } = file
  try {
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(3_000) })
    const health = (await response.json()) as { status?: unknown; version: string }
    if (health.status !== 'ok') throw new Error('another program answers there')
    return { state: 'running', url, pid, version: health.version }
  } catch {
    if (isAlive(pid)) return { state: 'unreachable', url, pid, version: file.version }
    return { state: 'stopped', url: null, pid: null, version: null }
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function countHeld(config: Config): { batches: number; units: number; journal: number } | Problem {
  const db = openForReading(config)
  if (isProblem(db)) return db
  try {
    return { ...countRows(db), journal: journalSize(db).pending }
  } finally {
    db.close()
  }
}
