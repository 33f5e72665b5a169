import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, type Page } from '@playwright/test'

import { launch, type Launched, type LaunchOptions } from './host/launch.ts'

/** A desktop app on a data folder of its own, at a free port. */
export interface DesktopApp extends Launched {
  readonly folder: string
  readonly data_dir: string
  /** Where scripts reach it; known once the station is ready. */
  readonly url: string
  readonly key: string
  /** Asks over loopback as a script does. */
  ask(method: string, path: string, body?: unknown): Promise<{ status: number; text: string }>
  /** Asks from within the page: through the window's own scheme. */
  askInPage(method: string, path: string, body?: unknown): Promise<{ status: number; text: string }>
  /** Quits it, sees that it closed its database and ended well, and takes its folder away. */
  end(): Promise<void>
}

export const newFolder = () => mkdtempSync(join(tmpdir(), 'lotkeeper-desktop-'))

/** Takes a folder away. An app that was killed leaves a browser behind, which writes until it has noticed. */
export const removeFolder = (folder: string) =>
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })

type Start = Partial<LaunchOptions> & { readonly folder?: string }

export async function openDesktop({
  folder = newFolder(),
  args = [],
  ...more
}: Start = {}): Promise<DesktopApp> {
  const data_dir = join(folder, 'data')
  const running = await launch({
    user_data: join(folder, 'user'),
    args: ['--data-dir', data_dir, '--port', '0', '--name', 'Line 1', ...args],
    ...more,
  })
  const { url } = await readyLine(running)
  const { user: key } = JSON.parse(readFileSync(join(data_dir, 'keys.json'), 'utf8')) as { user: string }
  return {
    ...running,
    folder,
    data_dir,
    url,
    key,
    async ask(method, path, body) {
      const answer = await fetch(url + path, {
        method,
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      return { status: answer.status, text: await answer.text() }
    },
    askInPage: async (method, path, body) => askFromPage(await running.firstWindow(), method, path, body),
    async end() {
      await running.close()
      expect(await running.exited, running.output()).toBe(0)
      expectClosed(data_dir)
      removeFolder(folder)
    },
  }
}

/** SQLite takes its log away with the last connection; `server.json` and the lock say the same of the station. */
export function expectClosed(data_dir: string): void {
  for (const name of ['lotkeeper.db-wal', 'lotkeeper.db-shm', 'server.json'])
    expect(existsSync(join(data_dir, name)), `${name} is still there`).toBe(false)
}

/** The one line on stdout that scripts wait for. */
export async function readyLine(running: Launched): Promise<{ url: string; data_dir: string }> {
  const ended = running.exited.then((code) => {
    throw new Error(`the app ended (${code})\n${running.output()}`)
  })
  const said = expect
    .poll(() => running.output(), { timeout: 40_000 })
    .toContain('"event":"ready"')
    .then(() => /^\{"event":"ready".*$/m.exec(running.output())![0])
  return JSON.parse(await Promise.race([said, ended])) as { url: string; data_dir: string }
}

export function askFromPage(page: Page, method: string, path: string, body?: unknown) {
  return page.evaluate(
    async ([by, target, sent]) => {
      const answer = await fetch(target, {
        method: by,
        ...(sent === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: sent }),
      })
      return { status: answer.status, text: await answer.text() }
    },
    [method, path, body === undefined ? undefined : JSON.stringify(body)] as const,
  )
}
