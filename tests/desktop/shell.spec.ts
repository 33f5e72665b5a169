import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import Sqlite from 'better-sqlite3'

import type { Bridge } from '../../src/model/bridge.ts'
import { type DesktopApp, openDesktop } from './app.ts'

let app: DesktopApp
test.beforeAll(async () => {
  app = await openDesktop()
})
test.afterAll(() => app.end())

test('the page and a script get the same answers from the same API', async () => {
  for (const path of [
    '/health',
    '/v2/batches',
    '/api/v2/batches?limit=1',
    '/v2/users/current',
    '/v2/nothing',
  ]) {
    const outside = await app.ask('GET', path)
    expect(await app.askInPage('GET', path), path).toEqual(outside)
  }
})

test('what the page writes is made by the first user, without a key in the page', async () => {
  const made = await app.askInPage('POST', '/v2/batches', { number: 'FROM-PAGE' })
  expect(made.status).toBe(200)
  const seen = JSON.parse((await app.ask('GET', '/v2/batches')).text) as {
    data: { number: string; created_by_user: { name: string } | null }[]
  }
  expect(seen.data[0]).toMatchObject({ number: 'FROM-PAGE', created_by_user: { name: 'Operator' } })
})

test('a click goes through to SQLite, and what is there comes back to the screen', async () => {
  const page = await app.firstWindow()
  await page.getByRole('button', { name: 'New batch' }).click()
  await page.getByLabel('Batch number').fill('CLICKED-1')
  await page.getByRole('button', { name: 'Create batch' }).click()
  await expect(page.getByRole('heading', { name: 'CLICKED-1' })).toBeVisible()
  const database = new Sqlite(join(app.data_dir, 'lotkeeper.db'), { readonly: true })
  const row = database.prepare('SELECT number FROM batches WHERE number = ?').get('CLICKED-1')
  database.close()
  expect(row).toEqual({ number: 'CLICKED-1' })
  await page.goBack()
})

test('the bridge is all the page has of the shell', async () => {
  const page = await app.firstWindow()
  expect(
    await page.evaluate(() => ({
      bridge: Object.keys((globalThis as unknown as { lotkeeper: object }).lotkeeper),
      require: typeof (globalThis as { require?: unknown }).require,
      process: typeof (globalThis as { process?: unknown }).process,
      secure: isSecureContext,
    })),
  ).toEqual({
    bridge: ['getShellSettings', 'updateShellSettings'],
    require: 'undefined',
    process: 'undefined',
    secure: true,
  })
})

test('a script that did not come with the page does not run', async () => {
  const page = await app.firstWindow()
  const ran = await page.evaluate(() => {
    const script = document.createElement('script')
    script.textContent = 'globalThis.inlineRan = true'
    document.body.append(script)
    return 'inlineRan' in globalThis
  })
  expect(ran).toBe(false)
})

test('nothing is asked of any other machine, nor of any other program on this one', async () => {
  const page = await app.firstWindow()
  for (const url of ['https://example.com/', 'http://127.0.0.1:9/', app.url])
    expect(
      await page.evaluate((to) => fetch(to, { mode: 'no-cors' }).then(() => 'answered', String), url),
      url,
    ).toContain('Failed to fetch')
})

test('the page may not go elsewhere, by itself or by a link', async () => {
  const page = await app.firstWindow()
  const before = page.url()
  for (const url of ['https://example.com/', `${app.url}/docs`, '/docs', 'file:///etc/hostname']) {
    await page.evaluate((to) => void (location.href = to), url)
    await page.evaluate((to) => {
      const link = Object.assign(document.createElement('a'), { href: to })
      document.body.append(link)
      link.click()
      link.remove()
    }, url)
  }
  expect((await app.askInPage('GET', '/health')).status).toBe(200)
  expect(page.url()).toBe(before)
})

test('permissions are refused, but for copying a text', async () => {
  const page = await app.firstWindow()
  const states = await page.evaluate(async () => {
    const asked: Record<string, string> = {}
    for (const name of ['geolocation', 'notifications', 'clipboard-read', 'clipboard-write', 'midi'])
      asked[name] = (await navigator.permissions.query({ name: name as PermissionName })).state
    return asked
  })
  expect(states).toEqual({
    geolocation: 'denied',
    notifications: 'denied',
    'clipboard-read': 'denied',
    'clipboard-write': 'granted',
    midi: 'denied',
  })
})

test('the settings of the shell: read, changed, and refused in words', async () => {
  const page = await app.firstWindow()
  const call = (change?: object) =>
    page.evaluate(async (sent) => {
      const { lotkeeper } = globalThis as unknown as { lotkeeper: Bridge }
      return sent === undefined ? lotkeeper.getShellSettings() : lotkeeper.updateShellSettings(sent)
    }, change)
  const settings = { start_with_system: false, kiosk: false }
  expect(await call()).toEqual({ kind: 'settings', settings })
  expect(await call({ start_with_system: true })).toEqual({
    kind: 'settings',
    settings: { ...settings, start_with_system: true },
  })
  if (process.platform === 'linux') {
    const entry = readFileSync(join(app.folder, 'user/autostart/lotkeeper.desktop'), 'utf8')
    expect(entry).toContain(`"--data-dir" "${app.data_dir}" "--hidden"`)
  }
  expect(await call({ start_with_system: false, kiosk: true })).toMatchObject({ settings: { kiosk: true } })
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.isKiosk())).toBe(true)
  expect(await call({ kiosk: false })).toEqual({ kind: 'settings', settings })
  expect(await call({ kiosk: 'yes' })).toMatchObject({ kind: 'refused' })
  expect(await call({ everything: true })).toMatchObject({ kind: 'refused' })
})

test('a frame that is not the page itself gets no answer from the shell', async () => {
  // The policy of the page lets no frame in; should one come in all the same, it is asked who it is.
  const answers = await app.evaluate(async ({ ipcMain }) => {
    const { _invokeHandlers: real } = ipcMain as unknown as { _invokeHandlers?: Map<string, Handler> }
    const { handlers = real } = ipcMain as unknown as { handlers?: Map<string, Handler> }
    type Handler = (event: object) => unknown
    const ask = (senderFrame: object | null) =>
      Promise.resolve()
        .then(() => handlers!.get('shell-settings:get')!({ senderFrame }))
        .then(
          () => 'answered',
          () => 'refused',
        )
    return Promise.all([
      ask({ url: 'app://bundle/', parent: null }),
      ask({ url: 'app://bundle/', parent: {} }),
      ask({ url: 'app://bundle.evil/', parent: null }),
      ask({ url: 'https://example.com/', parent: null }),
      ask(null),
    ])
  })
  expect(answers).toEqual(['answered', 'refused', 'refused', 'refused', 'refused'])
})

test('the tray says how the station is doing', async () => {
  test.skip(app.kind === 'electron', 'Electron does not let anybody look into its tray')
  const tray = await app.evaluate(({ Tray }) => {
    const [made] = (Tray as unknown as { all: { tip: string; menu: { items: { label?: string }[] } }[] }).all
    return { tip: made!.tip, labels: made!.menu.items.map(({ label = '' }) => label) }
  })
  expect(tray).toEqual({
    tip: 'Lotkeeper – Station is working',
    labels: ['Station is working', app.url, '', 'Open Lotkeeper', 'Quit: the station stops'],
  })
  expect(await app.calls('nativeImage.missing')).toEqual([])
})
