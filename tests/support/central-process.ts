import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { messageHash } from '../../src/host/hash.ts'
import { type StationHead, unwrapped, wrapped } from '../../src/model/sync/envelope.ts'
import type { Answer, Request } from '../../src/model/sync/protocol.ts'
import { KEPT_CODE } from './compiled-code.ts'

const ROOT = join(import.meta.dirname, '../..')

export interface CentralProcess {
  readonly url: string
  readonly data_dir: string
  readonly child: ChildProcess
  /** What it said on stdout and stderr. */
  readonly said: { out: string; err: string }
  readonly user: string
  /** @returns the exit code, or the signal */
  end(signal?: NodeJS.Signals): Promise<number | string>
}

const folders: string[] = []
const children: ChildProcess[] = []

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lotkeeper-central-'))
  folders.push(folder)
  return folder
}

/** Ends what tests left, by its own id, and removes their folders. */
export async function cleanUp(): Promise<void> {
  for (const child of children.splice(0)) if (child.exitCode === null) child.kill('SIGKILL')
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

/** Starts headquarters as people do; settles when it is ready, or ended. */
export async function startCentral(data_dir: string, ...flags: string[]): Promise<CentralProcess> {
  const child = spawn(
    process.execPath,
    [
      'src/central/index.ts',
      '--data-dir',
      data_dir,
      ...(flags.includes('--port') ? [] : ['--port', '0']),
      ...flags,
    ],
    { cwd: ROOT, env: { ...process.env, ...KEPT_CODE, LOTKEEPER_DATABASE_URL: '' } },
  )
  children.push(child)
  const said = { out: '', err: '' }
  child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()))
  const ended = new Promise<number | string>((resolve) =>
    child.once('exit', (code, signal) => resolve(code ?? signal!)),
  )
  await Promise.race([
    ended,
    new Promise<void>((resolve) => child.stdout.on('data', () => said.out.includes('\n') && resolve())),
  ])
  const ready = said.out === '' ? { url: '' } : (JSON.parse(said.out) as { url: string })
  return {
    url: ready.url,
    data_dir,
    child,
    said,
    get user() {
      return (JSON.parse(readFileSync(join(data_dir, 'keys.json'), 'utf8')) as { user: string }).user
    },
    end(signal = 'SIGTERM') {
      child.kill(signal)
      return ended
    },
  }
}

/** The command line, as people call it. */
export async function lotkeeper(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['src/cli/index.ts', ...words], {
      cwd: ROOT,
      env: { ...process.env, ...KEPT_CODE, LOTKEEPER_DATABASE_URL: '' },
    })
    return { code: 0, out: stdout, err: stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, out: stdout, err: stderr }
  }
}

export const head: StationHead = {
  version: '0.1.0',
  clock: { wall_ms: 0, boot_id: 'boot', uptime_ms: 0 },
  queue: { pending: 0, oldest_ms: null, conflicts: 0 },
  disk_free_bytes: 1_000_000_000,
  people: [],
}

export interface WireReply {
  readonly status: number
  readonly answer: Answer
  readonly head: { readonly people: unknown[]; readonly head_seq: number }
  readonly headers: Headers
  readonly body: Record<string, unknown>
}

/** One message of a station over the wire, as docs/sync-wire.md says. */
export async function send(
  url: string,
  credential: string,
  request: Request,
  more: { readonly prefer?: string; readonly head?: Partial<StationHead>; readonly body?: string } = {},
): Promise<WireReply> {
  const own = { ...head, clock: { ...head.clock, wall_ms: Date.now() }, ...more.head }
  const response = await fetch(`${url}/sync/v1/${request.kind}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${credential}`,
      'content-type': 'application/x-ndjson',
      ...(more.prefer === undefined ? {} : { prefer: more.prefer }),
    },
    body: more.body ?? wrapped(own, request, messageHash),
  })
  const text = await response.text()
  const { status, headers } = response
  const lines = unwrapped(text, messageHash)
  if (typeof lines !== 'string')
    return {
      status,
      headers,
      answer: lines.message as Answer,
      head: lines.head as WireReply['head'],
      body: {},
    }
  const body = JSON.parse(text) as Record<string, unknown>
  return { status, headers, answer: undefined as unknown as Answer, head: { people: [], head_seq: 0 }, body }
}

export async function post(url: string, path: string, body: object, key?: string) {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key ? { authorization: `Bearer ${key}` } : {}) },
    body: JSON.stringify(body),
  })
  return { status: response.status, body: (await response.json()) as Record<string, string> }
}
