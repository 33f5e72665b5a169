import { spawnSync } from 'node:child_process'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterAll, afterEach, expect, test } from 'vitest'

import { newDatabase, stopServer } from '../support/central.ts'
import { cleanUp, lotkeeper, newFolder, post, startCentral } from '../support/central-process.ts'
import { programOf } from '../support/postgres.ts'
import { startStation, stationFails, temporaryFolder } from '../support/process.ts'

afterEach(cleanUp)
afterAll(stopServer)

/** @returns the exit code */
const pgRestore = (...words: string[]) => spawnSync(programOf('pg_restore'), words).status

test('a backup is brought back by the command of docs/headquarters.md; what is there in half is refused', async () => {
  const folder = newFolder()
  const at = ['--data-dir', folder]
  const first = await startCentral(folder, '--database-url', await newDatabase())
  await post(first.url, '/v2/batches', { number: 'LOT-1' }, first.user)
  const { out } = await lotkeeper('headquarters', 'backup', ...at)
  const { file } = JSON.parse(out) as { file: string }
  expect(await first.end()).toBe(0)
  const flags = /`pg_restore ([^`]*) --dbname=/.exec(readFileSync('docs/headquarters.md', 'utf8'))![1]!

  const whole = await newDatabase()
  expect(pgRestore(...flags.split(' '), `--dbname=${whole}`, file)).toBe(0)
  const restored = await startCentral(folder, '--database-url', whole)
  const get = (path: string) =>
    fetch(restored.url + path, { headers: { authorization: `Bearer ${restored.user}` } })
  expect((await get('/v2/batches/LOT-1')).status).toBe(200)
  // That it was verified does not stand in the file itself.
  expect(await (await get('/fleet')).json()).toMatchObject({
    headquarters: { last_backup: { file, seq: 1 }, changes_since_backup: 0 },
  })
  expect(await restored.end()).toBe(0)

  // A file that was cut off leaves nothing behind: the folder remembers what is missing.
  const cut = join(folder, 'cut.dump')
  writeFileSync(cut, readFileSync(file).subarray(0, -5_000))
  const empty = await newDatabase()
  expect(pgRestore(...flags.split(' '), `--dbname=${empty}`, cut)).not.toBe(0)
  const missing = await startCentral(folder, '--database-url', empty)
  expect(missing.said.err).toMatch(
    /^lotkeeper: the database is empty, but [^\n]+ bring back its backup\.[^\n]+\n$/,
  )

  // Without that flag, or broken off, some of it stays.
  for (const sections of [['pre-data'], ['pre-data', 'data']]) {
    const half = await newDatabase()
    const words = sections.map((section) => `--section=${section}`)
    expect(pgRestore('--no-owner', ...words, `--dbname=${half}`, file)).toBe(0)
    const refused = await startCentral(newFolder(), '--database-url', half)
    expect(refused.said.err).toMatch(/^lotkeeper: [^\n]*restored in half[^\n]*--single-transaction[^\n]*\n$/)
    expect(refused.said.out).toBe('')
  }
}, 180_000)

test('[S14] an older backup than the newest verified one is refused: stations have forgotten what only that one holds', async () => {
  const folder = newFolder()
  const at = ['--data-dir', folder]
  const first = await startCentral(folder, '--database-url', await newDatabase())
  const files: string[] = []
  for (const number of ['LOT-1', 'LOT-2']) {
    await post(first.url, '/v2/batches', { number }, first.user)
    const { out } = await lotkeeper('headquarters', 'backup', join(folder, `${number}.dump`), ...at)
    files.push((JSON.parse(out) as { file: string }).file)
  }
  expect(await first.end()).toBe(0)
  const database = await newDatabase()
  expect(pgRestore('--no-owner', `--dbname=${database}`, files[0]!)).toBe(0)
  for (const _ of ['once', 'and again: nothing was made of it']) {
    const refused = await startCentral(folder, '--database-url', database)
    expect(refused.said.out).toBe('')
    expect(refused.said.err).toMatch(
      /^lotkeeper: the database lacks [^\n]*LOT-2\.dump, verified at [^\n]+\n$/,
    )
  }
  // Nor is it backed up meanwhile, which would make the files look newer than what they hold.
  const backup = await lotkeeper('headquarters', 'backup', ...at, '--database-url', database)
  expect(backup.err).toContain('LOT-2.dump, verified at')
  // It is lost: a person says so, and headquarters goes on with what there is.
  rmSync(join(folder, 'history.json'))
  const goes_on = await startCentral(folder, '--database-url', database)
  expect(goes_on.url).not.toBe('')
  expect(await goes_on.end()).toBe(0)
}, 180_000)

test('a damaged station without a backup has back what headquarters has, by what the line says', async () => {
  const central = await startCentral(newFolder(), '--database-url', await newDatabase())
  const { out } = await lotkeeper('stations', 'add', '--name', 'Line 1', '--data-dir', central.data_dir)
  const { code } = JSON.parse(out) as { code: string }
  const folder = temporaryFolder()
  const enrolled = await startStation(folder, ['--central', central.url, '--enroll', code])
  expect((await enrolled.call('POST', '/v2/batches', { number: 'LOT-1' })).status).toBe(200)
  await expect
    .poll(
      async () =>
        (
          await fetch(`${central.url}/v2/batches/LOT-1`, {
            headers: { authorization: `Bearer ${central.user}` },
          })
        ).status,
      { timeout: 30_000 },
    )
    .toBe(200)
  await enrolled.stop()
  const database = join(folder, 'lotkeeper.db')
  writeFileSync(database, 'no database')
  const { stderr } = await stationFails(['--data-dir', folder, '--port', '0'])
  expect(stderr).toMatch(
    / is damaged [^\n]+ If there is none, move it away with its -wal and start: [^\n]+\n$/,
  )
  renameSync(database, join(folder, 'damaged.db'))
  const again = await startStation(folder)
  await expect
    .poll(async () => (await again.call('GET', '/v2/batches/LOT-1')).status, { timeout: 30_000 })
    .toBe(200)
  await again.stop()
}, 120_000)

test('whoever hangs up at the address of the database is no PostgreSQL', async () => {
  const central = await startCentral(newFolder(), '--database-url', await newDatabase())
  const { port } = new URL(central.url)
  const other = await startCentral(newFolder(), '--database-url', `postgres://app@127.0.0.1:${port}/lots`)
  expect(other.said.err).toMatch(
    /^lotkeeper: no PostgreSQL answers at 127\.0\.0\.1:\d+\/lots \([^\n]+\)\. Start it, or correct --database-url\.\n$/,
  )
}, 60_000)
