import { cpSync, rmSync } from 'node:fs'

import { afterAll, afterEach, expect, test } from 'vitest'

import { stream } from '../simulation/prng.ts'
import { newDatabase, stopServer } from '../support/central.ts'
import { cleanUp, lotkeeper as atHeadquarters, newFolder, startCentral } from '../support/central-process.ts'
import { lotkeeper, type RunningStation, startStation, temporaryFolder } from '../support/process.ts'
import { openProxy, type Proxy } from './proxy.ts'

const SEED = Number(process.env['SEED'] ?? 1)
const proxies: Proxy[] = []

afterEach(async () => {
  for (const proxy of proxies.splice(0)) await proxy.close()
  await cleanUp()
})
afterAll(stopServer)

interface Shape {
  readonly batches: Record<string, string>
  readonly units: Record<string, string | null>
}

/** Every batch and unit by id: what two stations must have in common in the end. */
async function shapeOf(call: (path: string) => Promise<unknown>): Promise<Shape> {
  const all = async (noun: string) => {
    const items: Record<string, unknown>[] = []
    for (let cursor: number | null = 0; cursor !== null;) {
      const { data, meta } = (await call(`/v2/${noun}?limit=100&cursor=${cursor}`)) as {
        data: Record<string, unknown>[]
        meta: { has_more: boolean; next_cursor: number | null }
      }
      items.push(...data)
      cursor = meta.has_more ? meta.next_cursor : null
    }
    return items
  }
  const batches = await all('batches')
  const units = await all('units')
  return {
    batches: Object.fromEntries(batches.map(({ id, number }) => [id, number])) as Shape['batches'],
    units: Object.fromEntries(
      units.map(({ id, serial_number, batch }) => [
        id,
        `${String(serial_number)} in ${(batch as { number: string } | null)?.number ?? 'none'}`,
      ]),
    ),
  }
}

const ask = (station: RunningStation) => async (path: string) => {
  const response = await station.call('GET', path)
  expect(response.status, path).toBe(200)
  return response.json()
}

/** A script that does what scripts do, and does not care whether anybody is there. */
async function work(station: RunningStation, seed: string, count: number): Promise<number> {
  const r = stream(SEED, seed)
  let answered = 0
  const call = async (method: string, path: string, body?: object) => {
    try {
      const { status } = await station.call(method, path, body)
      if (status === 200) answered += 1
      expect(status, `${method} ${path}`).toBeLessThan(500)
    } catch (error) {
      // Killed in the middle of a request: that is the test.
      if (!(error instanceof TypeError)) throw error
    }
  }
  const lot = () => `LOT-${r.int(1, 6)}`
  for (let n = 0; n < count; n += 1) {
    const verb = r.int(0, 9)
    if (verb < 3) await call('POST', '/v2/batches', { number: lot() })
    else if (verb < 6)
      await call('POST', '/v2/units', {
        serial_number: `S-${seed}-${n}`,
        part_number: 'P',
        revision_number: 'A',
      })
    else if (verb < 8) await call('PATCH', `/v2/units/S-${seed}-${r.int(0, n)}`, { batch_number: lot() })
    else if (verb < 9) await call('PATCH', `/v2/batches/${lot()}`, { new_number: lot() })
    else await call('DELETE', `/v2/batches/${lot()}`)
  }
  return answered
}

test(
  'three stations through a bad line, killed, set back and copied, end equal with headquarters',
  { timeout: 150_000 },
  async () => {
    const r = stream(SEED, 'schedule')
    const central = await startCentral(newFolder(), '--database-url', await newDatabase())
    const proxy = await openProxy(central.url, SEED)
    proxies.push(proxy)
    const folders = [1, 2, 3].map(() => temporaryFolder())
    const args = ['--sync-interval', '1', '--central', proxy.url, '--log-level', 'error']
    const invite = async (name: string) => {
      const { out } = await atHeadquarters('stations', 'add', '--name', name, '--data-dir', central.data_dir)
      return (JSON.parse(out) as { code: string }).code
    }
    const stations = new Map<string, RunningStation>()
    for (const [index, folder] of folders.entries()) {
      const code = await invite(`Line ${index + 1}`)
      stations.set(folder, await startStation(folder, [...args, '--enroll', code]))
    }
    const first = stations.get(folders[0]!)!
    expect((await first.call('POST', '/v2/parts', { number: 'P', revision_number: 'A' })).status).toBe(200)
    await expect
      .poll(async () => (await stations.get(folders[2]!)!.call('GET', '/v2/parts/P')).status, {
        timeout: 20_000,
      })
      .toBe(200)

    const saved = temporaryFolder()
    let made = 0
    for (let round = 0; round < 3; round += 1) {
      proxy.badness = 0.25
      const working = [...stations].map(([folder, station], index) =>
        work(station, `${round}-${index}`, 20).then(async (answered) => {
          made += answered
          if (!r.chance(0.6)) return
          await station.stop('SIGKILL')
          stations.set(folder, await startStation(folder, args))
        }),
      )
      await Promise.all(working)
      if (round === 1) {
        await stations.get(folders[0]!)!.stop('SIGKILL')
        rmSync(saved, { recursive: true })
        cpSync(folders[0]!, saved, { recursive: true })
        stations.set(folders[0]!, await startStation(folders[0]!, args))
      }
    }
    // The first station is set back to what it was half way; what it had told headquarters by then comes back.
    proxy.badness = 0
    expect((await lotkeeper(['sync', '--data-dir', folders[0]!])).code).toBe(0)
    await stations.get(folders[0]!)!.stop('SIGKILL')
    rmSync(folders[0]!, { recursive: true })
    cpSync(saved, folders[0]!, { recursive: true })
    stations.set(folders[0]!, await startStation(folders[0]!, args))
    // And a copy of the second goes on as a fourth.
    await stations.get(folders[1]!)!.stop('SIGKILL')
    const copy = temporaryFolder()
    rmSync(copy, { recursive: true })
    cpSync(folders[1]!, copy, { recursive: true })
    for (const folder of [folders[1]!, copy]) stations.set(folder, await startStation(folder, args))
    proxy.badness = 0.25
    await Promise.all([...stations.values()].map((station, index) => work(station, `last-${index}`, 15)))
    proxy.badness = 0

    const inSync = async () =>
      Promise.all(
        [...stations.keys()].map(async (folder) => {
          const { stdout } = await lotkeeper(['sync', '--data-dir', folder])
          return (JSON.parse(stdout) as { state: string }).state
        }),
      )
    await expect
      .poll(inSync, { timeout: 60_000, interval: 500 })
      .toEqual([...stations.keys()].map(() => 'in_sync'))
    // One more round each: what one sent last, the others have now read.
    await inSync()
    const wanted = await shapeOf(async (path) => {
      const response = await fetch(central.url + path, {
        headers: { authorization: `Bearer ${central.user}` },
      })
      return response.json()
    })
    for (const station of stations.values()) expect(await shapeOf(ask(station))).toEqual(wanted)
    expect(made).toBeGreaterThan(50)
    expect(Object.keys(wanted.units).length).toBeGreaterThan(20)
    expect(Object.values(proxy.done).reduce((sum, one) => sum + one, 0)).toBeGreaterThan(10)
  },
)
