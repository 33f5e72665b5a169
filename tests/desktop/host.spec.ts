/**
 * The host must fail where Electron would, or a green test says nothing: the built app is spoilt in one place at a time, and
 * each time something has to notice.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'

import { newFolder, removeFolder } from './app.ts'
import { appFolder, hasElectron, launch, type Launched } from './host/launch.ts'

test.skip(hasElectron, 'the host stands aside where Electron is')

let folder: string
let app: Launched | undefined
test.beforeEach(() => {
  folder = newFolder()
})
test.afterEach(async () => {
  await app?.kill()
  app = undefined
  removeFolder(folder)
})

const MAIN = 'out/main/index.js'
const PRELOAD = 'out/preload/index.cjs'

/** A copy of the built app with one file changed. */
function spoil(file: string, change: (text: string) => string): string {
  const copy = join(folder, 'app')
  mkdirSync(copy)
  cpSync(join(appFolder, 'package.json'), join(copy, 'package.json'))
  cpSync(join(appFolder, 'out'), join(copy, 'out'), { recursive: true })
  symlinkSync(join(appFolder, 'node_modules'), join(copy, 'node_modules'), 'junction')
  const text = readFileSync(join(copy, file), 'utf8')
  const changed = change(text)
  if (changed === text) throw new Error(`nothing was changed in ${file}: the test no longer fits the build`)
  writeFileSync(join(copy, file), changed)
  return copy
}

/** Of the built app one place is meant: were the same words elsewhere too, something else would be spoilt. */
const swap = (from: string, to: string) => (text: string) => {
  const [before, after, ...more] = text.split(from)
  if (after === undefined || more.length > 0) throw new Error(`not once in the build: ${from}`)
  return before + to + after
}

const start = (changed: string): Promise<Launched> =>
  launch({
    app: changed,
    user_data: join(folder, 'user'),
    args: ['--data-dir', join(folder, 'data'), '--port', '0'],
  })

const bridgeOf = async (running: Launched) =>
  (await running.firstWindow()).evaluate(() => typeof (globalThis as { lotkeeper?: unknown }).lotkeeper)

test('as it was built it works: what fails below fails for its own reason', async () => {
  app = await start(spoil(MAIN, (text) => `${text}\n`))
  expect(await bridgeOf(app)).toBe('object')
})

test.describe('the app ends before it shows anything', () => {
  const cases: readonly (readonly [string, string, (text: string) => string, RegExp])[] = [
    [
      'an ES module as preload',
      PRELOAD,
      swap('let electron = require("electron")', 'import * as electron from "electron"'),
      /Cannot use import statement/,
    ],
    [
      'a page without its sandbox',
      MAIN,
      swap('sandbox: true', 'sandbox: false'),
      /sandboxed, isolated pages only/,
    ],
    [
      'a preload that is named from wherever the app was started',
      MAIN,
      swap('preload: assets.preload', 'preload: "out/preload/index.cjs"'),
      /preload must be an absolute path/,
    ],
    [
      'schemes registered when Electron is ready already',
      MAIN,
      swap('function registerScheme() {', 'async function registerScheme() {\n\tawait app.whenReady();'),
      /should be called before app is ready|no standard, secure scheme/,
    ],
    [
      'schemes that are registered twice',
      MAIN,
      swap('\tregisterScheme();', '\tregisterScheme();\n\tregisterScheme();'),
      /can be called only once/,
    ],
    [
      'something imported that Electron does not have',
      MAIN,
      swap('import { BrowserWindow,', 'import { BrowserWindows,'),
      /does not provide an export named 'BrowserWindows'/,
    ],
    [
      'a package that is not shipped',
      MAIN,
      (text) => `import "left-out-of-the-package";\n${text}`,
      /Cannot find package 'left-out-of-the-package'/,
    ],
    [
      'an entry that waits for ready, which waits for the entry',
      MAIN,
      (text) => `${text}\nawait app.whenReady();\n`,
      /unsettled top-level await/,
    ],
  ]
  for (const [fact, file, change, words] of cases)
    test(fact, async () => {
      app = await start(spoil(file, change))
      expect(await app.exited, app.output()).not.toBe(0)
      expect(app.output()).toMatch(words)
    })
})

test('a preload that requires Node: the page is left without its bridge', async () => {
  app = await start(spoil(PRELOAD, (text) => `require("node:fs");\n${text}`))
  expect(await bridgeOf(app)).toBe('undefined')
  expect(await app.calls('preload-error')).toHaveLength(1)
})

test('a missing handler: the page is told so', async () => {
  app = await start(spoil(PRELOAD, swap('"shell-settings:get"', '"shell-settings:got"')))
  const page = await app.firstWindow()
  const asked = page.evaluate(() =>
    (
      globalThis as unknown as { lotkeeper: { getShellSettings(): Promise<unknown> } }
    ).lotkeeper.getShellSettings(),
  )
  await expect(asked).rejects.toThrow("No handler registered for 'shell-settings:got'")
})

test('no permission handlers: the page is granted what it asks for', async () => {
  app = await start(
    spoil(MAIN, (text) => text.replace(/defaultSession\.setPermission(?:Request|Check)Handler\(/g, 'void (')),
  )
  const page = await app.firstWindow()
  const state = await page.evaluate(
    async () => (await navigator.permissions.query({ name: 'geolocation' })).state,
  )
  expect(state).toBe('granted')
})

test('a script of the page that is not there: nothing is drawn', async () => {
  const copy = spoil(MAIN, (text) => `${text}\n`)
  for (const name of readdirSync(join(copy, 'out/renderer/assets')))
    rmSync(join(copy, 'out/renderer/assets', name))
  app = await start(copy)
  const page = await app.firstWindow()
  expect(await page.evaluate(() => document.querySelector('#root')?.childElementCount)).toBe(0)
})

test('a database that is left open on quitting: its log stays', async () => {
  const copy = spoil(
    MAIN,
    swap('await scheme?.settled();\n\t\t\tawait station?.stop();', 'await scheme?.settled();'),
  )
  app = await start(copy)
  await app.firstWindow()
  await app.close()
  expect(readdirSync(join(folder, 'data'))).toContain('lotkeeper.db-wal')
})
