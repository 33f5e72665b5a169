import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { writePrivateFile } from '../src/host/folder.ts'
import { newId } from '../src/host/id.ts'
import { createStationApp } from '../src/main/api/app.ts'
import { openFiles } from '../src/main/open-files.ts'
import { nowhere } from '../src/main/store/blob-files.ts'
import { openDatabase } from '../src/main/store/database.ts'
import { createIdentity, userNamed } from '../src/main/store/identity.ts'
import { migrate } from '../src/main/store/migrate.ts'
import { keepSearchMerged } from '../src/main/store/search-upkeep.ts'
import { createStore, type Store } from '../src/main/store/store.ts'
import { type Headquarters, openHeadquarters } from '../src/main/sync/headquarters.ts'

interface Traffic {
  readonly sent: number
  readonly changes: number
  /** How far headquarters' feed goes. */
  readonly head: number
}

/** Headquarters with so many units, in a process of its own. */
export async function startOffice(count: number) {
  const child = fork(join(import.meta.dirname, 'office.ts'), [String(count)])
  const heard = async <Message>(): Promise<Message> => (await once(child, 'message'))[0] as Message
  const { url, code } = await heard<{ url: string; code: string }>()
  return {
    url,
    code,
    traffic() {
      child.send('traffic')
      return heard<Traffic>()
    },
    /** 30,000 units more, a copy of everything, or that copy in the place of everything. */
    tell(word: 'fill' | 'backup' | 'restore') {
      child.send(word)
      return heard<Traffic>()
    },
    stop: () => child.disconnect(),
  }
}

export interface Bench {
  readonly store: Store
  readonly line: Headquarters
  /** The line is let go of, and taken up again. */
  hangUp(): Promise<void>
  call(): Promise<void>
  readonly app: Awaited<ReturnType<typeof createStationApp>>
  close(): Promise<void>
}

export async function openBench(url: string, code?: string): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'lotkeeper-bench-'))
  const database = openDatabase(join(folder, 'lotkeeper.db'))
  migrate(database)
  const readClock = () => ({
    wall_ms: Date.now(),
    boot_id: 'bench',
    uptime_ms: Math.floor(performance.now()),
  })
  const store = createStore(database, { newId, readClock })
  const search = keepSearchMerged(store)
  const user_id = newId()
  await store.commits.write((db) => {
    const created_at = Date.now()
    createIdentity(db, { station_id: newId(), station_name: 'Bench', incarnation: newId(), created_at })
    userNamed(db, { id: user_id, name: 'Operator', created_at })
  })
  const room = { attachment_max: 1, disk_reserve: 0 }
  const files = {
    ...(await openFiles(store, { attachments: join(folder, 'attachments') }, room)),
    source: nowhere,
  }
  const raw = await createStationApp({ store, files, onDefect: (error) => console.error(error) })
  const app: Bench['app'] = (request) =>
    raw(request, { key_id: 'bench', actor: { kind: 'user', id: user_id } })
  const open = () =>
    openHeadquarters({
      store,
      files: null,
      file: join(folder, 'headquarters.json'),
      writePrivate: writePrivateFile,
      newId,
      chance: Math.random,
      disk_free: () => null,
      interval_ms: 1_000,
      url,
      code: null,
      log: { info() {}, warn: (_fields, message) => console.error(message) },
    })
  let line = await open()
  if (code !== undefined) await line.enroll(url, code)
  return {
    store,
    get line() {
      return line
    },
    hangUp: () => line.stop(),
    async call() {
      line = await open()
    },
    app,
    async close() {
      await line.stop()
      search.stop()
      store.commits.flush()
      database.close()
      rmSync(folder, { recursive: true })
    },
  }
}

export const request = (method: string, target: string, body?: object) => ({
  method,
  target,
  origin: 'http://localhost:4780',
  header: (name: string) => (name === 'content-type' && body !== undefined ? 'application/json' : undefined),
  body: body === undefined ? new Uint8Array() : Buffer.from(JSON.stringify(body)),
  gone: () => false,
  onEnd() {},
})

/** A script that asks and writes 50 times a second, until it is stopped. */
export function startScript({ app }: Bench) {
  let done = false
  const waits: number[] = []
  const script = (async () => {
    for (let n = 0; !done; n += 1) {
      const due = performance.now() + 20
      await sleep(20)
      const asked = performance.now()
      const method = n % 2 === 0 ? 'GET' : 'POST'
      await app(request(method, '/v2/batches', method === 'POST' ? { number: `OWN-${newId()}` } : undefined))
      // From when it was due: an event loop that is busy makes a script wait before anybody looks at its request.
      waits.push(performance.now() - Math.min(asked, due))
    }
  })()
  return {
    async stop() {
      done = true
      await script
      waits.sort((a, b) => a - b)
      const at = (share: number) => waits[Math.min(waits.length - 1, Math.floor(waits.length * share))]!
      const detail = `p50 ${at(0.5).toFixed(1)} · p95 ${at(0.95).toFixed(1)} · most ${waits.at(-1)!.toFixed(1)} ms over ${waits.length} requests`
      return { p99: at(0.99), most: waits.at(-1)!, detail }
    },
  }
}
