import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type Browser, type Page, expect } from '@playwright/test'

import { expectClosed, openDesktop } from '../desktop/app.ts'
import { KEPT_CODE } from '../support/compiled-code.ts'

/** Where an operator sees the page: the built app's window, or a browser on the same PC. */
export const surfaces = ['browser', 'window'] as const
export type Surface = (typeof surfaces)[number]

/** A station with its page open in front of an operator. */
export interface Desk {
  readonly page: Page
  readonly url: string
  readonly data_dir: string
  readonly key: string
  /** Asks the API as a script does. */
  ask<Body = { id: string }>(method: string, path: string, body?: unknown): Promise<Body>
  end(): Promise<void>
}

export async function openDesk(surface: Surface, browser: Browser): Promise<Desk> {
  return surface === 'window' ? openWindow() : openBrowser(browser)
}

async function openWindow(): Promise<Desk> {
  const app = await openDesktop()
  const page = await app.firstWindow()
  return {
    page,
    url: app.url,
    data_dir: app.data_dir,
    key: app.key,
    ask: (method, path, body) => ask(app.url, app.key, method, path, body),
    end: () => app.end(),
  }
}

async function openBrowser(browser: Browser): Promise<Desk> {
  const station = await startStation(mkdtempSync(join(tmpdir(), 'lotkeeper-e2e-')))
  const page = await openPage(browser, station)
  return {
    page,
    ...station,
    ask: (method, path, body) => ask(station.url, station.key, method, path, body),
    async end() {
      await page.context().close()
      await station.stop()
      expectClosed(station.data_dir)
      rmSync(station.data_dir, { recursive: true, force: true })
    },
  }
}

/** A browser that was signed in before. */
export async function openPage(browser: Browser, { url, key }: { url: string; key: string }): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  await context.addCookies([{ name: 'lotkeeper_key', value: key, url, httpOnly: true, sameSite: 'Strict' }])
  const page = await context.newPage()
  await page.goto(url)
  await expect(page.getByTestId('verdict')).toBeVisible()
  return page
}

export interface RunningStation {
  readonly url: string
  readonly data_dir: string
  readonly key: string
  stop(signal?: NodeJS.Signals): Promise<void>
}

/** The station without a window, as a process of its own. */
export async function startStation(data_dir: string, port = 0): Promise<RunningStation> {
  const root = join(import.meta.dirname, '../..')
  const args = ['src/main/headless.ts', '--data-dir', data_dir, '--port', String(port), '--name', 'Line 1']
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...KEPT_CODE },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const url = await readyUrl(child)
  const { user: key } = JSON.parse(readFileSync(join(data_dir, 'keys.json'), 'utf8')) as { user: string }
  return {
    url,
    data_dir,
    key,
    async stop(signal = 'SIGTERM') {
      if (child.exitCode !== null) return
      const ended = once(child, 'exit')
      child.kill(signal)
      const [code] = (await ended) as [number | null]
      if (signal === 'SIGTERM') expect(code).toBe(0)
    },
  }
}

async function readyUrl(child: ChildProcess): Promise<string> {
  let said = ''
  child.stderr!.on('data', (chunk: Buffer) => (said += chunk.toString()))
  for await (const chunk of child.stdout!) {
    const line = /^\{"event":"ready".*$/m.exec((chunk as Buffer).toString())?.[0]
    if (line) {
      child.stdout!.resume()
      return (JSON.parse(line) as { url: string }).url
    }
  }
  throw new Error(`the station did not start\n${said}`)
}

/** Asks a station as a script with its user key does. */
export const askAt = <Body = { id: string }>(
  { url, key }: RunningStation,
  method: string,
  path: string,
  body?: unknown,
) => ask<Body>(url, key, method, path, body)

async function ask<Body>(
  url: string,
  key: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<Body> {
  const response = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`)
  return JSON.parse(text) as Body
}

/** A part with one revision, for units. */
export async function makePart({ ask: send }: Pick<Desk, 'ask'>, number = 'PCB-10'): Promise<void> {
  await send('POST', '/v2/parts', { number, name: 'Main board', revision_number: 'A' })
}

/** A file of so many zero bytes, whole; of nothing yet. */
export async function upload({ ask: send }: Pick<Desk, 'ask'>, name: string, size: number): Promise<string> {
  const { id, upload_url } = await send<{ id: string; upload_url: string }>('POST', '/v2/attachments', {
    name,
  })
  const { status } = await fetch(upload_url, { method: 'PUT', body: new Uint8Array(size) })
  expect(status).toBe(200)
  return id
}

export async function makeUnits(
  { ask: send }: Pick<Desk, 'ask'>,
  serials: readonly string[],
  batch_number?: string,
): Promise<void> {
  for (const serial_number of serials) {
    await send('POST', '/v2/units', { serial_number, part_number: 'PCB-10', revision_number: 'A' })
    if (batch_number) await send('PATCH', `/v2/units/${serial_number}`, { batch_number })
  }
}

export const verdictOf = (page: Page) => page.getByTestId('verdict')
