/**
 * The package as far as it goes without Electron's binary: what is in it, which fuses are flipped, and that what was packed for
 * Linux runs from its archive alone. docs/packaging.md says what nobody has seen here.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'

import { extractAll, listPackage } from '@electron/asar'
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { expect, test } from '@playwright/test'

import { openDatabase } from '../../src/main/store/database.ts'
import { firstMeta, writeSync } from '../../src/main/store/sync-state.ts'
import type { FirstWord } from '../../src/main/sync/first-reading-worker.ts'
import { newFolder, openDesktop, removeFolder } from './app.ts'
import { writeStandIn } from './stand-in-electron.ts'

test.describe.configure({ mode: 'serial', timeout: 240_000 })

let folder: string
test.beforeAll(() => {
  folder = newFolder()
})
test.afterAll(() => removeFolder(folder))

/** `npm run package -- --PLATFORM dir`, with a stand-in for Electron; gives back the unpacked app. */
async function pack(platform: 'linux' | 'win32'): Promise<string> {
  const electron = join(folder, `electron-${platform}`)
  mkdirSync(electron)
  writeStandIn(electron, platform)
  const target = platform === 'win32' ? 'win' : 'linux'
  const root = join(import.meta.dirname, '../..')
  const words = ['scripts/package.ts', '--prebuilt', `--${target}`, 'dir', '--x64']
  const config = [`--config.electronDist=${electron}`, `--config.directories.output=${join(folder, target)}`]
  const child = spawn(process.execPath, [...words, ...config], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const code = await new Promise((done) => void child.once('close', done))
  expect(code, said).toBe(0)
  return join(folder, target, `${target}-unpacked`)
}

for (const { platform, program } of [
  { platform: 'linux', program: 'lotkeeper' },
  { platform: 'win32', program: 'Lotkeeper.exe' },
] as const)
  test(`${platform}: the app and nothing else, this platform's SQLite, fuses flipped, no update feed`, async () => {
    const app = await pack(platform)
    const files = listPackage(join(app, 'resources/app.asar'), { isPack: false }).map((file) =>
      file.replaceAll('\\', '/'),
    )
    const inside = (prefix: string) =>
      new Set(
        files
          .filter((file) => file.startsWith(prefix))
          .map((file) => file.slice(prefix.length).split('/')[0]),
      )
    expect(inside('/')).toEqual(new Set(['node_modules', 'out', 'package.json']))
    expect(inside('/out/')).toEqual(new Set(['main', 'preload', 'renderer']))
    expect(inside('/node_modules/')).toEqual(new Set(['better-sqlite3']))
    expect(files.filter((file) => file.endsWith('.map'))).toEqual([])
    expect(files).toEqual(
      expect.arrayContaining(['/out/main/assets/migrations/0001-station.sql', '/out/preload/index.cjs']),
    )

    const unpacked = join(app, 'resources/app.asar.unpacked/node_modules/better-sqlite3/prebuilds')
    expect(readdirSync(unpacked)).toEqual([`${platform}-x64.node`])
    expect(new Set(readdirSync(join(app, 'resources/service')))).toEqual(
      new Set(['lotkeeper-task.xml', 'lotkeeper.service']),
    )
    expect(existsSync(join(app, 'resources/app-update.yml'))).toBe(false)

    const fuses = await getCurrentFuseWire(join(app, program))
    const state = (fuse: FuseV1Options) => (fuses[fuse] === FuseState.ENABLE ? 'on' : 'off')
    expect({
      runAsNode: state(FuseV1Options.RunAsNode),
      nodeOptions: state(FuseV1Options.EnableNodeOptionsEnvironmentVariable),
      inspect: state(FuseV1Options.EnableNodeCliInspectArguments),
      integrity: state(FuseV1Options.EnableEmbeddedAsarIntegrityValidation),
      onlyAsar: state(FuseV1Options.OnlyLoadAppFromAsar),
      fileRights: state(FuseV1Options.GrantFileProtocolExtraPrivileges),
    }).toEqual({
      runAsNode: 'off',
      nodeOptions: 'off',
      inspect: 'off',
      integrity: 'on',
      onlyAsar: 'on',
      fileRights: 'off',
    })
  })

test('what was packed runs from its archive alone, far from the repository', async () => {
  test.skip(process.platform !== 'linux', 'packed for Linux')
  const alone = join(folder, 'alone')
  extractAll(join(folder, 'linux/linux-unpacked/resources/app.asar'), alone)
  const app = await openDesktop({ app: alone, packaged: true, folder: join(folder, 'run') })
  const page = await app.firstWindow()
  await expect(page).toHaveTitle(/Lotkeeper/)
  expect((await app.askInPage('POST', '/v2/batches', { number: 'PACKED' })).status).toBe(200)
  expect((await app.ask('GET', '/v2/batches')).text).toContain('PACKED')
  for (const path of ['/docs', '/docs/viewer.js', '/openapi.json', '/'])
    expect((await app.ask('GET', path)).status, path).toBe(200)
  const database = join(folder, 'enrolled.db')
  const station = openDatabase(join(app.data_dir, 'lotkeeper.db'))
  await station.copyTo(database)
  station.close()
  await app.end()
  const enrolled = openDatabase(database)
  writeSync(enrolled, firstMeta('station', 'incarnation'))
  enrolled.close()

  const thread = new Worker(join(alone, 'out/main/checkpoint-worker.js'), {
    workerData: join(folder, 'checkpoints.db'),
  })
  await once(thread, 'online')
  thread.postMessage('stop')
  expect(await once(thread, 'exit')).toEqual([0])

  const reading = new Worker(join(alone, 'out/main/first-reading-worker.js'), {
    workerData: {
      file: join(folder, 'first.db'),
      database,
      url: 'http://127.0.0.1:1',
      credential: 'lks_none',
      request: { kind: 'pull' },
      head: {},
    },
  })
  const [word] = (await once(reading, 'message')) as [FirstWord]
  expect(word).toMatchObject({ kind: 'at', at: 0, trouble: { kind: 'unreachable', code: 'ECONNREFUSED' } })
  await reading.terminate()
})
