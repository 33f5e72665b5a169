import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { afterEach, vi } from 'vitest'

import { KEPT_CODE } from './compiled-code.ts'

// Processes wait for each other's processors: these limits are for what hangs, not for what is slow.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

const root = fileURLToPath(new URL('../..', import.meta.url))

/** What a process said and how it ended. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  /** Directory to run in; the project's, if nothing is said. */
  readonly cwd?: string
  /** A program that runs the process, with its arguments: `setpriv` takes a right of root's away. */
  readonly through?: readonly string[]
}

export interface Running {
  readonly process: ChildProcess
  readonly ended: Promise<Ended>
  /** Everything said on stderr so far. */
  said(): string
}

/** A station in a process of its own, ready. */
export interface RunningStation extends Running {
  readonly url: string
  readonly data_dir: string
  readonly keys: { readonly user: string; readonly station: string }
  /** Asks the API; the user's key, if none is named. */
  call(method: string, path: string, body?: unknown, key?: string): Promise<Response>
  stop(signal?: NodeJS.Signals): Promise<Ended>
}

const folders: string[] = []
const processes: ChildProcess[] = []

afterEach(async () => {
  for (const child of processes.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lotkeeper-process-'))
  folders.push(folder)
  return folder
}

function start(
  file: string,
  args: readonly string[],
  { env = {}, cwd = root, through = [] }: RunOptions,
): Running {
  const [program, ...rest] = [...through, process.execPath, join(root, file), ...args]
  const child = spawn(program!, rest, {
    cwd,
    env: { ...cleanEnvironment(), ...KEPT_CODE, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  processes.push(child)
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
  const said = () => Buffer.concat(err).toString()
  const ended = once(child, 'close').then(([code]) => ({
    code: code as number | null,
    stdout: Buffer.concat(out).toString(),
    stderr: said(),
  }))
  return { process: child, ended, said }
}

/** The tester's own settings must not reach the process. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('LOTKEEPER_')))
}

/** Runs a command to its end. */
export function lotkeeper(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return start('src/cli/index.ts', args, options).ended
}

/** Starts a station that is expected not to come up, and waits for its end. */
export function stationFails(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return start('src/main/headless.ts', args, options).ended
}

/** Starts a station on any free port and waits for its ready line. */
export async function startStation(
  data_dir: string,
  args: readonly string[] = [],
  options: RunOptions = {},
): Promise<RunningStation> {
  const running = start('src/main/headless.ts', ['--port', '0', '--data-dir', data_dir, ...args], options)
  const line = await Promise.race([
    once(running.process.stdout!, 'data').then(([chunk]) => String(chunk)),
    running.ended.then(({ stderr }) => {
      throw new Error(`the station did not come up: ${stderr}`)
    }),
  ])
  const { url } = JSON.parse(line) as { url: string }
  const keys = JSON.parse(readFileSync(join(data_dir, 'keys.json'), 'utf8')) as RunningStation['keys']
  return {
    ...running,
    url,
    data_dir,
    keys,
    call: (method, path, body, key = keys.user) =>
      fetch(`${url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${key}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    async stop(signal = 'SIGTERM') {
      running.process.kill(signal)
      return running.ended
    },
  }
}
