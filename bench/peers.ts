import { spawn } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

import { openDatabase } from '../src/main/store/database.ts'
import { sql } from '../src/main/store/sql.ts'
import { dataFolder, openData } from './data.ts'
import { load } from './http.ts'
import { type Result, atLeast, median } from './results.ts'
import { type Running, startStation, stop } from './station.ts'

/*
 * The same two questions to what one would otherwise take from npm: the newest fifty of 100,000 batches, and those whose number
 * contains a text. The peers answer no serial numbers, no counts of units and no keys; they get an index on each column they sort by.
 */
const COUNT = 100_000
const TEXTS = ['09999', '-07331', '424', '00017']

interface Peer {
  readonly name: string
  readonly start: () => Promise<Running>
  readonly list: string
  readonly search: (text: string) => string
  readonly targets: { readonly list: number; readonly search: number }
}

interface Row {
  readonly id: string
  readonly number: string
  readonly created_at: string
  readonly unit_count: number
}

function rows(): Row[] {
  const db = openData(COUNT)
  const found = db.all<Row>(sql`
    SELECT id, number, json_extract(head || '}', '$.created_at') AS created_at, unit_count FROM batches ORDER BY created_at, pk`)
  db.close()
  return found
}

function jsonFile(): string {
  const file = join(dataFolder(COUNT), 'json-server.json')
  if (!existsSync(file)) writeFileSync(file, JSON.stringify({ batches: rows() }))
  return file
}

function soulFile(): string {
  const file = join(dataFolder(COUNT), 'soul.db')
  if (existsSync(file)) return file
  const db = openDatabase(file)
  db.execute(`CREATE TABLE batches (id TEXT PRIMARY KEY, number TEXT NOT NULL, created_at TEXT NOT NULL, unit_count INTEGER NOT NULL);
    CREATE INDEX batches_by_creation ON batches (created_at); CREATE INDEX batches_by_number ON batches (number); BEGIN`)
  for (const { id, number, created_at, unit_count } of rows())
    db.run(sql`INSERT INTO batches VALUES (${id}, ${number}, ${created_at}, ${unit_count})`)
  db.execute('COMMIT')
  db.close()
  return file
}

const modules = join(import.meta.dirname, 'node_modules')

async function startPeer(
  file: string,
  args: readonly string[],
  url: string,
  probe: string,
): Promise<Running> {
  const child = spawn(process.execPath, [join(modules, file), ...args], { stdio: 'ignore' })
  for (let tries = 0; tries < 240; tries++) {
    const answer = await fetch(url + probe).catch(() => undefined)
    await answer?.arrayBuffer()
    if (answer?.ok) return { url, pid: child.pid!, stop: () => stop(child) }
    await wait(500)
  }
  await stop(child)
  throw new Error(`${file} does not answer ${url}${probe}`)
}

const peers: readonly Peer[] = [
  {
    name: 'soul-cli',
    start: () =>
      startPeer(
        'soul-cli/src/server.js',
        ['-d', soulFile(), '-p', '18111'],
        'http://127.0.0.1:18111',
        '/api/tables/batches/rows?_limit=1',
      ),
    list: '/api/tables/batches/rows?_limit=50&_ordering=-created_at',
    search: (text) => `/api/tables/batches/rows?_limit=50&_ordering=-created_at&_search=${text}`,
    targets: { list: 6, search: 50 },
  },
  {
    name: 'json-server',
    start: () =>
      startPeer(
        'json-server/lib/cli/bin.js',
        [jsonFile(), '--port', '18112', '--host', '127.0.0.1', '--quiet'],
        'http://127.0.0.1:18112',
        '/batches?_limit=1',
      ),
    list: '/batches?_sort=created_at&_order=desc&_limit=50',
    search: (text) => `/batches?_sort=created_at&_order=desc&_limit=50&number_like=${text}`,
    targets: { list: 6, search: 50 },
  },
]

/** How many times as many requests the station answers, one connection each, nothing remembered. */
export async function measurePeers(): Promise<Result[]> {
  const station = await startStation(COUNT)
  const results: Result[] = []
  const perSecond = (running: Running, path: string) =>
    load({ url: running.url, path, connections: 1, fresh: running === station, seconds: 3 })
  try {
    for (const peer of peers) {
      const running = await peer.start()
      const list: number[] = []
      const search: number[] = []
      const seen = { list: 0, search: 0 }
      for (const text of TEXTS) {
        const theirs = {
          list: await perSecond(running, peer.list),
          search: await perSecond(running, peer.search(text)),
        }
        const ours = {
          list: await perSecond(station, '/v2/batches'),
          search: await perSecond(station, `/v2/batches?search_query=${text}`),
        }
        list.push(ours.list / Math.max(theirs.list, 0.1))
        search.push(ours.search / Math.max(theirs.search, 0.1))
        seen.list = theirs.list
        seen.search = theirs.search
      }
      await running.stop()
      const say = (rate: number) =>
        `${peer.name} answered ${rate.toFixed(1)} a second, one connection, ${COUNT} batches`
      results.push(
        {
          what: `list, times as fast as ${peer.name}`,
          value: median(list),
          target: atLeast(peer.targets.list),
          detail: say(seen.list),
        },
        {
          what: `search, times as fast as ${peer.name}`,
          value: median(search),
          target: atLeast(peer.targets.search),
          detail: say(seen.search),
        },
      )
    }
  } finally {
    await station.stop()
  }
  return results
}
