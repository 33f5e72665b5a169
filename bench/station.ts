import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { createKey } from '../src/main/store/keys.ts'
import { sql } from '../src/main/store/sql.ts'
import { dataFolder, openData, uuid } from './data.ts'

const ROOT = join(import.meta.dirname, '..')
export const KEY = 'lk_bench'

/** A process under measurement, and the way to end exactly that one. */
export interface Running {
  readonly url: string
  readonly pid: number
  stop(): Promise<void>
}

/** A program that prints a line of JSON with its `url` when it is ready. */
export async function start(
  file: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Running> {
  const child = spawn(process.execPath, [file, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  })
  const { url } = JSON.parse(await firstLine(child)) as { url: string }
  return { url, pid: child.pid!, stop: () => stop(child) }
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    child.stdout!.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      const end = text.indexOf('\n')
      if (end >= 0) resolve(text.slice(0, end))
    })
    child.once('exit', (code) => reject(new Error(`it ended with ${code} before it was ready`)))
  })
}

export function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.removeAllListeners('exit')
    child.once('exit', () => resolve())
    child.kill('SIGTERM')
  })
}

const stationArgs = (folder: string) => ['--data-dir', folder, '--port', '0', '--log-level', 'silent']

/** The station as users start it, on the data of this size. */
export function startStation(count: number): Promise<Running> {
  withKey(count)
  return startStationIn(dataFolder(count))
}

/** The station as users start it, on a folder that may be written to. */
export const startStationIn = (folder: string): Promise<Running> =>
  start(join('src', 'main', 'headless.ts'), stationArgs(folder))

/** Makes the data of this size, and the key of the bench in it. */
export function withKey(count: number): void {
  const db = openData(count)
  if (db.one(sql`SELECT 1 FROM keys WHERE id = ${uuid(8, 0)}`) === undefined)
    createKey(db, {
      id: uuid(8, 0),
      name: 'bench',
      key: KEY,
      owner: { kind: 'user', id: uuid(3, 0) },
      created_at: 0,
    })
  db.close()
}

/** Anonymous memory of a process in MB: what the system cannot take back. Linux alone tells. */
export function anonymousMb(pid: number): number | undefined {
  const file = `/proc/${pid}/status`
  if (!existsSync(file)) return undefined
  return Number(/RssAnon:\s+(\d+)/.exec(readFileSync(file, 'utf8'))?.[1]) / 1024
}

/** Milliseconds from starting a process to its end. */
export function timeProcess(args: readonly string[]): Promise<number> {
  return new Promise((resolve) => {
    const begun = performance.now()
    spawn(process.execPath, args, { stdio: 'ignore' }).once('exit', () => resolve(performance.now() - begun))
  })
}

/** Milliseconds from starting the station to its first answer. */
export async function timeFirstAnswer(count: number): Promise<number> {
  withKey(count)
  const begun = performance.now()
  const station = await start(join('src', 'main', 'headless.ts'), stationArgs(dataFolder(count)))
  const answer = await fetch(`${station.url}/v2/batches`, { headers: { authorization: `Bearer ${KEY}` } })
  await answer.arrayBuffer()
  const took = performance.now() - begun
  await station.stop()
  return took
}
