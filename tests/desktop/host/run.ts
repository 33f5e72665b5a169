/**
 * `node tests/desktop/host/run.ts ARGS`: runs the built app of TEST_HOST_APP as Electron would, with this folder's double in the
 * place of `electron`. No file of the app is touched.
 */
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { runInThisContext } from 'node:vm'
import { isMainThread } from 'node:worker_threads'

const double = new URL('electron.ts', import.meta.url).href
registerHooks({
  resolve(specifier, context, next) {
    if (!/^electron(?:\/main|\/common)?$/.test(specifier)) return next(specifier, context)
    if (!isMainThread) throw new Error('Electron is not to be had in a worker thread')
    return { url: double, shortCircuit: true }
  },
})

const folder = process.env['TEST_HOST_APP'] ?? '.'
const packaged = process.env['TEST_HOST_PACKAGED'] === '1'
process.argv = [process.execPath, ...(packaged ? [] : [folder]), ...process.argv.slice(2)]
Object.defineProperty(process, 'versions', { value: { ...process.versions, electron: '45.4.1' } })
Object.defineProperty(process, 'type', { value: 'browser' })
if (!packaged) Object.defineProperty(process, 'defaultApp', { value: true })

const { electron } = await import('./electron.ts')
const { startBrowser, closeBrowser } = await import('./browser.ts')
const { closeWindows } = await import('./window.ts')
const { app } = electron

process.on('message', ({ id, code, arg }: { id: number; code: string; arg: unknown }) => {
  const run = async () => (runInThisContext(`(${code})`) as (...args: unknown[]) => unknown)(electron, arg)
  run().then(
    (value) => process.send?.({ id, value }),
    (error: unknown) => process.send?.({ id, error: String(error) }),
  )
})
process.channel?.unref()
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => app.quit())

const { main } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { main: string }
await import(pathToFileURL(join(folder, main)).href)
if (!app.quitting) {
  await startBrowser()
  app.becomeReady({ closeWindows, closeBrowser })
}
