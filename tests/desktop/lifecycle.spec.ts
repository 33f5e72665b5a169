import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'

import { type DesktopApp, expectClosed, newFolder, openDesktop, removeFolder } from './app.ts'
import { hasElectron, launch } from './host/launch.ts'

let app: DesktopApp | undefined
test.afterEach(async () => {
  await app?.end()
  app = undefined
})

const windowOf = (running: DesktopApp) =>
  running.evaluate(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows()
    return window && { visible: window.isVisible(), kiosk: window.isKiosk() }
  })
const closeWindow = (running: DesktopApp) =>
  running.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.close())

const numbersOf = async (running: DesktopApp) =>
  (
    JSON.parse((await running.ask('GET', '/v2/batches?limit=100')).text) as { data: { number: string }[] }
  ).data.map(({ number }) => number)

/** Makes the page create batches as fast as it can, and remember which were answered. */
async function keepWorking(running: DesktopApp, name: string): Promise<void> {
  const page = await running.firstWindow()
  await page.evaluate((prefix) => {
    const answered: string[] = []
    Object.assign(globalThis, { answered })
    const work = async () => {
      for (let i = 0; ; i++) {
        const number = `${prefix}-${i}`
        const body = JSON.stringify({ number })
        const headers = { 'content-type': 'application/json' }
        const { ok } = await fetch('/v2/batches', { method: 'POST', headers, body })
        if (ok) answered.push(number)
      }
    }
    void work()
  }, name)
  await page.waitForFunction(() => (globalThis as unknown as { answered: string[] }).answered.length >= 5)
}

test('closing the window hides it: its work is finished, the station works on, a second start shows it again', async () => {
  app = await openDesktop()
  await keepWorking(app, 'W')
  await closeWindow(app)
  expect(await windowOf(app)).toEqual({ visible: false, kiosk: false })
  const before = (await numbersOf(app)).length
  await expect.poll(async () => (await numbersOf(app!)).length).toBeGreaterThan(before)

  const second = await launch({
    user_data: join(app.folder, 'user'),
    args: ['--data-dir', app.data_dir, '--port', '0'],
  })
  expect(await second.exited, second.output()).toBe(0)
  expect(second.output()).not.toContain('ready')
  await expect.poll(() => windowOf(app!)).toEqual({ visible: true, kiosk: false })
  await second.close()
})

test('quitting with work in flight: what was answered is kept, and the database is closed', async () => {
  const first = await openDesktop()
  await keepWorking(first, 'Q')
  const page = await first.firstWindow()
  const answered = await page.evaluate(() => (globalThis as unknown as { answered: string[] }).answered)
  await first.close()
  expect(await first.exited, first.output()).toBe(0)
  expectClosed(first.data_dir)

  app = await openDesktop({ folder: first.folder })
  expect(await numbersOf(app)).toEqual(expect.arrayContaining(answered.slice(0, 100)))
})

test('a page that crashes never stops the API, and comes back', async () => {
  app = await openDesktop()
  const page = await app.firstWindow()
  const crashed = page.waitForEvent('crash')
  await app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]!.webContents.forcefullyCrashRenderer(),
  )
  await crashed
  expect((await app.ask('POST', '/v2/batches', { number: 'DURING' })).status).toBe(200)
  await expect
    .poll(async () => {
      const back = app!.windows().find((other) => other !== page) ?? page
      return back.title().catch(() => '')
    })
    .toBe('Lotkeeper')
  expect(await numbersOf(app)).toEqual(['DURING'])
})

test('a window is where it was, and as large', async () => {
  const first = await openDesktop()
  await first.firstWindow()
  const bounds = { x: 40, y: 60, width: 900, height: 700 }
  await first.evaluate(({ BrowserWindow }, to) => {
    const window = BrowserWindow.getAllWindows()[0]!
    window.unmaximize()
    window.setBounds(to)
  }, bounds)
  await first.close()

  app = await openDesktop({ folder: first.folder })
  await app.firstWindow()
  const again = await app.evaluate(({ BrowserWindow }) => {
    const window = BrowserWindow.getAllWindows()[0]!
    return { bounds: window.getNormalBounds(), maximized: window.isMaximized() }
  })
  expect(again).toEqual({ bounds, maximized: false })
})

test('in kiosk mode the window cannot be closed, and quitting still can', async () => {
  app = await openDesktop({ args: ['--kiosk'] })
  await expect.poll(() => windowOf(app!)).toEqual({ visible: true, kiosk: true })
  await closeWindow(app)
  expect(await windowOf(app)).toEqual({ visible: true, kiosk: true })
})

test('started hidden, as the system starts it: no window until somebody asks for one', async () => {
  app = await openDesktop({ args: ['--hidden'] })
  expect(await windowOf(app)).toBeUndefined()
  await app.evaluate((electron) => electron.app.emit('second-instance'))
  await app.firstWindow()
  await expect.poll(() => windowOf(app!)).toEqual({ visible: true, kiosk: false })
})

test('started without a window, as a service starts it: the station alone, and it stops when told', async () => {
  app = await openDesktop({ args: ['--no-window'] })
  expect((await app.ask('GET', '/v2/batches')).status).toBe(200)
  expect(await windowOf(app)).toBeUndefined()
  process.kill(app.pid, 'SIGTERM')
  expect(await app.exited).toBe(0)
})

test.describe('where the station cannot start', () => {
  let folder: string
  test.beforeEach(() => {
    folder = newFolder()
  })
  test.afterEach(() => removeFolder(folder))
  const start = (...args: string[]) => launch({ user_data: join(folder, 'user'), args })

  test('a station that runs already, as a service: the window is a window on that one', async () => {
    const data_dir = join(folder, 'data')
    const { service, url } = await startService(data_dir)
    const running = await start('--data-dir', data_dir, '--port', '0')
    const page = await running.firstWindow()
    expect(page.url()).toBe(`${url}/`)
    await running.close()
    expect(await running.exited).toBe(0)
    expect((await fetch(`${url}/health`)).status).toBe(200)
    service.kill('SIGTERM')
    await new Promise((done) => void service.once('exit', done))
    expectClosed(data_dir)
  })

  test('a port of another program: one line that names the cause and the way out, and not 0', async () => {
    const other = createServer((_request, response) => response.end('not a station')).listen(0, '127.0.0.1')
    await new Promise((done) => void other.once('listening', done))
    const { port } = other.address() as AddressInfo
    const running = await start('--data-dir', join(folder, 'data'), '--port', String(port))
    expect(await running.exited).toBe(1)
    expect(running.output()).toContain(
      `lotkeeper: port ${port} is taken by another program. Stop that program`,
    )
    await running.close()
    other.close()
    expectClosed(join(folder, 'data'))
  })

  test('a flag that nobody knows', async () => {
    const running = await start('--prot', '1')
    expect(await running.exited).toBe(1)
    expect(running.output()).toContain('--prot')
    await running.close()
  })
})

/** The headless station, from its sources. */
async function startService(data_dir: string): Promise<{ service: ChildProcess; url: string }> {
  const file = join(import.meta.dirname, '../../src/main/headless.ts')
  const service = spawn(process.execPath, [file, '--data-dir', data_dir, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const line = await new Promise<string>((done) =>
    service.stdout.once('data', (text: Buffer) => done(text.toString())),
  )
  return { service, url: (JSON.parse(line) as { url: string }).url }
}

test('the packaged program is the command line too, while its window is open', async () => {
  test.skip(hasElectron, 'packaged, Electron is another program')
  app = await openDesktop({ packaged: true })
  const command = (...words: string[]) =>
    launch({
      user_data: join(app!.folder, 'user'),
      args: [...words, '--data-dir', app!.data_dir],
      packaged: true,
    })
  const made = await command('keys', 'create', '--kind', 'user', '--name', 'Grace')
  expect(await made.exited, made.output()).toBe(0)
  const { key } = JSON.parse(made.output()) as { key: string }
  const asked = await fetch(`${app.url}/v2/users/current`, { headers: { authorization: `Bearer ${key}` } })
  expect(await asked.text()).toContain('"Grace"')
  const unknown = await command('frobnicate')
  expect(await unknown.exited).toBe(1)
  expect(unknown.output()).toContain('there is no command "frobnicate"')
})
