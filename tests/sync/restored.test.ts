import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import { afterAll, afterEach, expect, test } from 'vitest'

import { newDatabase, stopServer } from '../support/central.ts'
import {
  type CentralProcess,
  cleanUp,
  lotkeeper as atHeadquarters,
  newFolder,
  startCentral,
} from '../support/central-process.ts'
import { lotkeeper, type RunningStation, startStation, temporaryFolder } from '../support/process.ts'

afterEach(cleanUp)
afterAll(stopServer)

/** How headquarters is restored, as docs/headquarters.md says. @returns the flags to start it with */
type Restore = (folder: string, backup: string) => Promise<string[]>

const fromDump: Restore = async (_, backup) => {
  const url = await newDatabase()
  execFileSync('pg_restore', ['--no-owner', `--dbname=${url}`, backup])
  return ['--database-url', url]
}

const fromFolder: Restore = (folder, backup) => {
  renameSync(join(folder, 'postgres'), join(folder, 'postgres-aside'))
  mkdirSync(join(folder, 'postgres'))
  execFileSync('tar', ['xzf', backup, '-C', join(folder, 'postgres')])
  return Promise.resolve([])
}

const get = async (central: CentralProcess, path: string): Promise<unknown> => {
  const answer = await fetch(central.url + path, { headers: { authorization: `Bearer ${central.user}` } })
  return answer.json()
}

const numbersAt = (answer: unknown) =>
  (answer as { data: { number: string }[] }).data.map(({ number }) => number).toSorted()

const make = async (station: RunningStation, number: string) =>
  expect((await station.call('POST', '/v2/batches', { number })).status).toBe(200)

const sync = async ({ data_dir }: RunningStation) => {
  const { stdout } = await lotkeeper(['sync', '--data-dir', data_dir])
  return JSON.parse(stdout) as { state: string }
}

test.for([
  ['PostgreSQL, where history.json tells it at the start', true, fromDump],
  ['the embedded database, where history.json is lost and a station proves it', false, fromFolder],
] as const)(
  '[S12] [S14] restored from a verified backup: all that stations made is there again (%s)',
  { timeout: 240_000 },
  async ([, noted, restore]) => {
    const folder = newFolder()
    let central = await startCentral(folder, ...(noted ? ['--database-url', await newDatabase()] : []))
    const port = new URL(central.url).port
    const stations: RunningStation[] = []
    for (const name of ['Line 1', 'Line 2']) {
      const added = await atHeadquarters('stations', 'add', '--name', name, '--data-dir', folder)
      const { code } = JSON.parse(added.out) as { code: string }
      const args = ['--sync-interval', '1', '--central', central.url, '--enroll', code]
      stations.push(await startStation(temporaryFolder(), [...args, '--log-level', 'error']))
    }
    const [one, two] = stations as [RunningStation, RunningStation]
    await make(one, 'BEFORE-1')
    await make(two, 'BEFORE-2')
    for (const station of [one, two]) await sync(station)
    const backup = await atHeadquarters('headquarters', 'backup', '--data-dir', folder)
    const { file, seq } = JSON.parse(backup.out) as { file: string; seq: number }

    // From now on stations have forgotten what the backup holds: the archive cannot bring it back, and need not.
    await make(one, 'AFTER-1')
    await make(two, 'AFTER-2')
    await two.call('PATCH', '/v2/batches/BEFORE-2', { new_number: 'RENAMED-2' })
    for (const station of [one, two, one]) expect((await sync(station)).state).toBe('in_sync')
    const before = numbersAt(await get(central, '/v2/batches'))
    expect(before).toEqual(['AFTER-1', 'AFTER-2', 'BEFORE-1', 'RENAMED-2'])
    const { user } = central
    expect(await central.end()).toBe(0)

    const from = await restore(folder, file)
    const note = join(folder, 'history.json')
    expect((JSON.parse(readFileSync(note, 'utf8')) as { seq: number }).seq).toBeGreaterThan(seq)
    if (!noted) rmSync(note)
    central = await startCentral(folder, '--port', port, ...from)
    expect(central.said.err.includes('a new epoch began')).toBe(noted)
    expect(central.user).toBe(user)

    for (const station of [one, two, one]) await sync(station)
    await expect.poll(async () => (await sync(one)).state, { timeout: 30_000 }).toBe('in_sync')
    expect(numbersAt(await get(central, '/v2/batches'))).toEqual(before)
    for (const station of [one, two]) {
      expect((await sync(station)).state).toBe('in_sync')
      const answer = await station.call('GET', '/v2/batches')
      expect(numbersAt(await answer.json())).toEqual(before)
    }
    expect(await get(central, '/fleet')).toMatchObject({ incidents: [{ kind: 'restored' }] })
  },
)
