import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, expect } from 'vitest'

import type { App } from '../../src/http/app.ts'
import { textOf } from '../../src/http/wire.ts'
import { withUploads } from '../../src/http/uploads.ts'
import { createStationApp } from '../../src/main/api/app.ts'
import { createUploads } from '../../src/main/api/files.ts'
import { nowhere } from '../../src/main/store/blob-files.ts'
import { openFiles } from '../../src/main/open-files.ts'
import { type Database, openDatabase } from '../../src/main/store/database.ts'
import { createIdentity, userNamed } from '../../src/main/store/identity.ts'
import { createKey } from '../../src/main/store/keys.ts'
import { migrate } from '../../src/main/store/migrate.ts'
import { type Store, createStore } from '../../src/main/store/store.ts'
import type { Actor } from '../../src/model/actor.ts'

/** What a test's clock says when nobody has turned it yet. */
export const START = '2026-01-01T00:00:00.000Z'

/** How tests call a server. */
export const ORIGIN = 'http://localhost:4780'

/** Whether the answer reached the client: it did, its client went away before, or nobody knows yet. */
export type Delivery = 'delivered' | 'lost' | 'pending'

export interface CallOptions {
  /** `user` or `station` for theirs, any other text as it is, null for none. The user's, if nothing is said. */
  readonly key?: string | null
  /** Sent as JSON; text and bytes are sent as they are. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly delivery?: Delivery
  /** How the client calls the server. */
  readonly origin?: string
}

export interface Answer {
  readonly status: number
  readonly type: string
  readonly text: string
  /** Those beyond the usual ones. */
  readonly headers: Readonly<Record<string, string>>
  /** The body read as JSON. */
  readonly json: unknown
}

/** A complete station on a database of its own, without a socket. Time stands still until the test turns it; ids count up. */
export interface StationUnderTest {
  readonly app: App
  readonly store: Store
  readonly database: Database
  readonly folder: string
  readonly ids: { readonly user: string; readonly station: string }
  /** Turns the clock. */
  readonly pass: (ms: number) => void
  /** Draws the ids once more that came after the first `drawn`, as a memory that is resumed twice does. @returns how many were drawn */
  readonly redraw: (drawn?: number) => number
  readonly call: (method: string, target: string, options?: CallOptions) => Promise<Answer>
  /** The same call, whose answer must be a success. */
  readonly done: <Body = { id: string }>(
    method: string,
    target: string,
    options?: CallOptions,
  ) => Promise<Body>
  /** A second app over the same rows, as after a restart. */
  restart(): Promise<void>
  /** What the app reported as its own faults; a test that leaves any behind fails. */
  readonly defects: unknown[]
  close(): void
}

const opened: StationUnderTest[] = []

afterEach(() => {
  for (const station of opened.splice(0)) {
    const { database, defects } = station
    station.close()
    // SQLite takes its log away with the last connection: a log that stays says that something is still open.
    expect(existsSync(`${database.path}-wal`), 'the database was left open').toBe(false)
    expect(defects, 'the app reported faults').toEqual([])
    rmSync(station.folder, { recursive: true })
  }
})

/** Opens a station with one user and itself, and a key for each. Everything is closed and removed after the test. */
export async function openStation(): Promise<StationUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), 'lotkeeper-test-'))
  const database = openDatabase(join(folder, 'station.db'))
  migrate(database)
  let count = 0
  let now = Date.parse(START)
  const newId = () => `00000000-0000-7000-8000-${String((count += 1)).padStart(12, '0')}`
  const readClock = () => ({ wall_ms: now, boot_id: 'boot', uptime_ms: now - Date.parse(START) })
  const store = createStore(database, { newId, readClock })
  const ids = await store.commits.write((db) => {
    const station = newId()
    createIdentity(db, { station_id: station, station_name: 'Line 1', incarnation: newId(), created_at: now })
    const user = userNamed(db, { id: newId(), name: 'Ada', created_at: now })
    const key = (owner: Actor) =>
      createKey(db, { id: newId(), name: 'test', key: keyTexts[owner.kind]!, owner, created_at: now })
    key({ kind: 'user', id: user })
    key({ kind: 'station', id: station })
    return { user, station }
  })
  const defects: unknown[] = []
  const onDefect = (error: unknown) => void defects.push(error)
  const room = { attachment_max: 1, disk_reserve: 0 }
  const start = async () => {
    const files = {
      ...(await openFiles(store, { attachments: join(folder, 'attachments') }, room)),
      source: nowhere,
    }
    return withUploads(
      await createStationApp({ store, files, onDefect }),
      createUploads(store, files, onDefect),
    )
  }
  let app = await start()

  const call = callOf(() => app)
  const station: StationUnderTest = {
    get app() {
      return app
    },
    store,
    database,
    folder,
    ids,
    defects,
    pass: (ms) => void (now += ms),
    redraw: (drawn = count) => (count = drawn),
    call,
    async done<Body>(method: string, target: string, options?: CallOptions) {
      const { status, text } = await call(method, target, options)
      if (status !== 200) throw new Error(`${method} ${target} answered ${status}: ${text}`)
      return JSON.parse(text) as Body
    },
    async restart() {
      app = await start()
    },
    close: () => database.close(),
  }
  opened.push(station)
  return station
}

/** Asks an app as a socket would, without one. */
export function callOf(app: () => App) {
  return async (method: string, target: string, options: CallOptions = {}): Promise<Answer> => {
    const { request, end } = wireRequest(method, target, options)
    const answer = await app()(request)
    end()
    const text = await textOf(answer)
    return {
      status: answer.status,
      type: answer.type,
      headers: answer.headers ?? {},
      text,
      get json() {
        return JSON.parse(text) as unknown
      },
    }
  }
}

const keyTexts: Readonly<Record<string, string>> = { user: 'lk_user', station: 'lk_station' }

/** A request as a socket would bring it, and what its end tells the app. */
export function wireRequest(
  method: string,
  target: string,
  { key = 'user', body, headers, delivery, origin = ORIGIN }: CallOptions,
) {
  const bytes = body === undefined ? new Uint8Array() : bytesOf(body)
  const sent = new Map<string, string>()
  if (key !== null) sent.set('authorization', `Bearer ${keyTexts[key] ?? key}`)
  if (body !== undefined) sent.set('content-type', 'application/json')
  for (const [name, value] of Object.entries(headers ?? {})) sent.set(name.toLowerCase(), value)
  const listeners: ((delivered: boolean) => void)[] = []
  return {
    request: {
      method,
      target,
      origin,
      header: (name: string) => sent.get(name),
      body: bytes,
      gone: () => delivery === 'lost',
      onEnd: (listener: (delivered: boolean) => void) => void listeners.push(listener),
    },
    end: () => {
      if (delivery === 'pending') return
      for (const listener of listeners) listener(delivery !== 'lost')
    },
  }
}

function bytesOf(body: unknown): Uint8Array {
  if (body instanceof Uint8Array) return body
  return new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body))
}
