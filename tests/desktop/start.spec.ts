import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'

import { expectClosed, newFolder, removeFolder } from './app.ts'
import { hasElectron } from './host/launch.ts'

let folder: string
let child: ChildProcess | undefined
test.beforeEach(() => {
  folder = newFolder()
})
test.afterEach(() => {
  child?.kill('SIGKILL')
  removeFolder(folder)
})

/** `npm start -- --data-dir … --port 0`, up to the line that says where the station is. */
async function start(env: Readonly<Record<string, string | undefined>>) {
  const root = join(import.meta.dirname, '../..')
  const started = spawn(
    process.execPath,
    ['scripts/start.ts', '--data-dir', join(folder, 'data'), '--port', '0'],
    {
      cwd: root,
      env: { ...process.env, DISPLAY: undefined, WAYLAND_DISPLAY: undefined, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  child = started
  let [out, err] = ['', '']
  started.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  started.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
  await expect.poll(() => out, { timeout: 40_000 }).toContain('\n')
  const ended = new Promise<number | null>((done) => void started.once('exit', done))
  return {
    url: (JSON.parse(out) as { url: string }).url,
    said: err.split('\n').filter((line) => line.startsWith('lotkeeper: ')),
    stop: async () => {
      started.kill('SIGTERM')
      expect(await ended, err).toBe(0)
      expectClosed(join(folder, 'data'))
    },
  }
}

test('where there is no display: one line, and the station with its page', async () => {
  test.skip(process.platform !== 'linux', 'elsewhere there is a display')
  const { url, said, stop } = await start({})
  expect(said).toEqual([
    'lotkeeper: There is no display here: the station runs without a window; open its address in a browser.',
  ])
  const page = await fetch(`${url}/`)
  expect(page.status).toBe(200)
  expect(await page.text()).toContain('<div id="root">')
  await stop()
})

test('where Electron cannot be had: one line that says why, and the station with its page', async () => {
  test.skip(hasElectron, 'it is here')
  const { url, said, stop } = await start({ DISPLAY: ':0', ELECTRON_MIRROR: 'http://127.0.0.1:9/' })
  expect(said).toHaveLength(1)
  expect(said[0]).toMatch(/^lotkeeper: Electron cannot be had here \(.+\): the station runs without a window/)
  expect((await fetch(`${url}/health`)).status).toBe(200)
  await stop()
})
