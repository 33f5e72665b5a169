import { type ChildProcess, fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type * as ElectronModule from 'electron'
import { _electron, type Browser, chromium, type Page } from '@playwright/test'

import type { Call } from './calls.ts'

type Electron = typeof ElectronModule & { readonly calls: readonly Call[] }

/** The running app, shaped like Playwright's ElectronApplication, and its likeness where there is no Electron. */
export interface Launched {
  readonly kind: 'electron' | 'host'
  /** The first window that shows a page. */
  firstWindow(): Promise<Page>
  windows(): Page[]
  /** Runs in the main process; sees nothing of the test but its argument. */
  evaluate<Result, Arg = undefined>(
    code: (electron: Electron, arg: Arg) => Result | Promise<Result>,
    arg?: Arg,
  ): Promise<Result>
  /** What was asked of the system, where nobody can see it in a page. Only the host keeps a record. */
  calls(api: string): Promise<readonly unknown[][]>
  readonly exited: Promise<number | null>
  readonly pid: number
  /** Everything it wrote. */
  output(): string
  close(): Promise<void>
  kill(): Promise<void>
}

export interface LaunchOptions {
  /** Folder for everything that this app keeps outside its data folder. */
  readonly user_data: string
  readonly args: readonly string[]
  /** Folder with the app's package.json; the repository if nothing is said. */
  readonly app?: string
  readonly packaged?: boolean
  readonly env?: Readonly<Record<string, string>>
}

const repository = resolve(import.meta.dirname, '../../..')
export const appFolder = process.env['TEST_APP'] ?? repository

export const hasElectron =
  process.env['FORCE_HOST'] !== '1' && existsSync(join(repository, 'node_modules/electron/path.txt'))

export function launch(options: LaunchOptions): Promise<Launched> {
  return hasElectron && !options.packaged ? launchElectron(options) : Promise.resolve(launchHost(options))
}

async function launchElectron({ args, app = appFolder, env, user_data }: LaunchOptions): Promise<Launched> {
  const root = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const running = await _electron.launch({
    args: [...root, app, ...args],
    env: { ...(process.env as Record<string, string>), XDG_CONFIG_HOME: user_data, ...env },
  })
  const child = running.process()
  const read = collect(child)
  const exited = exitOf(child)
  return {
    kind: 'electron',
    firstWindow: () => running.firstWindow(),
    windows: () => running.windows(),
    evaluate: (code, arg) => running.evaluate(code as never, arg as never),
    calls: () => Promise.resolve([]),
    exited,
    pid: child.pid!,
    output: read,
    close: () => running.close(),
    kill: async () => void (child.kill('SIGKILL') && (await exited)),
  }
}

function launchHost({ args, app = appFolder, packaged, env, user_data }: LaunchOptions): Launched {
  const child = fork(join(import.meta.dirname, 'run.ts'), [...args], {
    env: {
      ...process.env,
      XDG_CONFIG_HOME: user_data,
      TEST_HOST_USER_DATA: user_data,
      TEST_HOST_APP: app,
      ...(packaged ? { TEST_HOST_PACKAGED: '1' } : {}),
      ...env,
    },
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const read = collect(child)
  const exited = exitOf(child)
  const { evaluate, debuggerUrl } = talk(child, exited, read)
  let browser: Promise<Browser> | undefined
  let connected: Browser | undefined
  const pages = () =>
    connected
      ?.contexts()[0]
      ?.pages()
      .filter((page) => page.url() !== 'about:blank') ?? []
  const end = async () => {
    await connected?.close().catch(() => undefined)
  }
  return {
    kind: 'host',
    async firstWindow() {
      connected = await (browser ??= debuggerUrl.then((url) => chromium.connectOverCDP(url)))
      for (let waited = 0; waited < 40_000; waited += 25) {
        const [page] = pages()
        if (page) {
          await page.waitForLoadState('load')
          return page
        }
        await new Promise((done) => setTimeout(done, 25))
      }
      throw new Error(`no window within 40 s\n${read()}`)
    },
    windows: pages,
    evaluate,
    calls: async (api) =>
      await evaluate(
        ({ calls }, name) => calls.filter((call) => call.api === name).map(({ args: a }) => [...a]),
        api,
      ),
    exited,
    pid: child.pid!,
    output: read,
    async close() {
      if (child.exitCode === null && child.connected) {
        child.send({ id: -1, code: '({ app }) => app.quit()' })
        const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
        await exited
        clearTimeout(timer)
      }
      await end()
    },
    async kill() {
      child.kill('SIGKILL')
      await exited
      await end()
    },
  }
}

interface Message {
  readonly debugger?: string
  readonly id?: number
  readonly value?: unknown
  readonly error?: string
}

function talk(child: ChildProcess, exited: Promise<number | null>, read: () => string) {
  const waiting = new Map<number, { done(value: unknown): void; failed(error: Error): void }>()
  let count = 0
  const debuggerUrl = new Promise<string>((done, failed) => {
    child.on('message', (message: Message) => {
      if (message.debugger !== undefined) done(message.debugger)
      const asked = message.id === undefined ? undefined : waiting.get(message.id)
      if (message.error === undefined) asked?.done(message.value)
      else asked?.failed(new Error(message.error))
    })
    void exited.then((code) => {
      const error = new Error(`the app ended (${code})\n${read()}`)
      failed(error)
      for (const asked of waiting.values()) asked.failed(error)
    })
  })
  debuggerUrl.catch(() => undefined)
  const evaluate = (async (code: unknown, arg: unknown) => {
    await debuggerUrl
    return new Promise((done, failed) => {
      count += 1
      waiting.set(count, { done, failed })
      child.send({ id: count, code: String(code), arg })
    })
  }) as Launched['evaluate']
  return { evaluate, debuggerUrl }
}

function collect(child: ChildProcess): () => string {
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (text += chunk.toString()))
  return () => text
}

const exitOf = (child: ChildProcess) =>
  new Promise<number | null>((done) => void child.once('exit', (code) => done(code)))
