import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'

import type * as Accepting from '../../src/main/store/accept.ts'
import { admitDeferred } from '../../src/main/store/admit.ts'
import { baseState, markedState } from '../../src/main/store/base.ts'
import { type Database, openDatabase } from '../../src/main/store/database.ts'
import type * as Inbox from '../../src/main/store/inbox.ts'
import { migrate } from '../../src/main/store/migrate.ts'
import { sql } from '../../src/main/store/sql.ts'
import { createStore } from '../../src/main/store/store.ts'
import { firstMeta, writeSync } from '../../src/main/store/sync-state.ts'
import type * as Synceds from '../../src/main/store/synced.ts'
import { chainHash } from '../../src/host/hash.ts'
import { allNouns } from '../../src/model/decide/nouns.ts'
import type { Operation } from '../../src/model/operation.ts'
import type { Noun, Row } from '../../src/model/state.ts'
import { canonical } from '../../src/model/sync/chain.ts'
import { type Cursor, origin } from '../../src/model/sync/cursor.ts'
import { handle } from '../../src/model/sync/headquarters.ts'
import type { Page } from '../../src/model/sync/protocol.ts'
import type { Write } from '../../src/model/sync/station.ts'
import { lastImages } from '../../src/model/sync/station/stage.ts'
import { type Central, newCentral, storeOf } from '../simulation/central.ts'
import { type Chain, createChain } from '../support/chain.ts'

/**
 * A station that is older than its headquarters: this program with a noun (attachments) and a field (`sample` of units) cut out of its
 * tables of nouns, as if neither had been thought of yet. It reads what headquarters says, and is then upgraded to this program.
 */
interface Program {
  readonly perform: typeof Inbox.perform
  readonly accept: typeof Accepting.accept
  readonly createSynced: typeof Synceds.createSynced
}

const root = resolve(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'lotkeeper-newer-'))
let older: Program
let newer: Program

const cuts: readonly (readonly [file: string, what: RegExp])[] = [
  ['src/model/decide/nouns.ts', /\n {2}attachment: \{.*?\n {2}\},/s],
  ['src/main/store/tables.ts', /\n {2}attachment: \{ table: 'attachments'.*?\},/s],
  ['src/main/store/tables.ts', /(?<=\{ )sample: 'text', /],
]

const load = async (from: string): Promise<Program> => {
  const part = (name: string) => import(pathToFileURL(join(from, 'src/main/store', name)).href)
  const [inbox, accepting, synced] = (await Promise.all(
    ['inbox.ts', 'accept.ts', 'synced.ts'].map(part),
  )) as [typeof Inbox, typeof Accepting, typeof Synceds]
  return { ...inbox, ...accepting, ...synced }
}

beforeAll(async () => {
  for (const part of ['src', 'package.json'])
    cpSync(join(root, part), join(folder, part), {
      recursive: true,
      filter: (from) => !from.endsWith('tsconfig.json'),
    })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
  for (const [file, what] of cuts) {
    const text = readFileSync(join(folder, file), 'utf8')
    const cut = text.replace(what, '')
    // A cut that no longer fits the program would prove nothing.
    if (cut === text) throw new Error(`${file} has no ${what}`)
    writeFileSync(join(folder, file), cut)
  }
  older = await load(folder)
  newer = await load(root)
}, 60_000)
const open = new Set<Database>()
afterEach(() => {
  for (const db of open) db.close()
  open.clear()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const tools = { hash: chainHash, sign: (text: string) => chainHash(`secret|${text}`) }
const sha256 = 'a'.repeat(64)
const attachment = (id: string, unit_id: string | null): Operation => ({
  type: 'attachment.create',
  id,
  name: `${id}.pdf`,
  sha256,
  size: 3,
  content_type: null,
  unit_id,
  run_id: null,
})
const unit = (id: string, sample: 'golden' | 'failing' | null): Operation => ({
  type: 'unit.create',
  id,
  serial_number: id.toUpperCase(),
  revision_id: 'r',
  batch_id: 'b',
  sample,
  metadata: {},
})

function headquarters() {
  const central = newCentral('epoch-0')
  const chain = createChain('other')
  const store = () =>
    storeOf(
      central,
      () => 0,
      () => {},
    )
  return {
    central,
    say: (...operations: readonly Operation[]) => void handle(store(), chain.push(operations), tools),
    pages: (from?: Cursor) => pagesOf(() => store(), chain, from),
  }
}

/** Everything after a position, in small pages. */
function* pagesOf(store: () => ReturnType<typeof storeOf>, chain: Chain, from = origin): Generator<Page> {
  for (let cursor = from; ;) {
    const page = handle(store(), chain.pull(cursor, 3), tools)
    if (page.kind !== 'page') throw new Error(page.kind)
    yield page
    if (!page.more) return
    cursor = page.to
  }
}

const made: readonly Operation[] = [
  { type: 'part.create', id: 'p', number: 'PCB', name: 'Board' },
  { type: 'revision.create', id: 'r', part_id: 'p', number: 'A' },
  { type: 'batch.create', id: 'b', number: 'LOT-7' },
  unit('u', 'golden'),
  unit('v', null),
  unit('w', 'failing'),
  attachment('a-1', 'u'),
  attachment('a-2', 'v'),
  attachment('a-3', null),
]

/** A station of this program, in a file, that has read nothing yet. */
function station(program: Program) {
  const file = join(folder, `${(count += 1)}.db`)
  let db = openDatabase(file)
  open.add(db)
  migrate(db)
  db.run(sql`INSERT INTO stations (id, name, created_at, removed) VALUES ('own', 'own', 0, 1)`)
  db.run(sql`INSERT INTO meta (name, value) VALUES ('station_id', 'own'), ('incarnation', 'i')`)
  writeSync(db, firstMeta('own', 'i'))
  let synced = program.createSynced()
  let does = program
  let ids = 0
  const inOne = (work: () => void) => {
    db.execute('BEGIN IMMEDIATE')
    work()
    db.execute('COMMIT')
    expect(db.all(sql`PRAGMA foreign_key_check`)).toEqual([])
  }
  const clock = { wall_ms: 1, boot_id: 'boot', uptime_ms: 1 }
  const self = {
    write: (change: Write) =>
      inOne(() => {
        synced.catchUp(db, () => false)
        does.perform(db, synced, change, 0)
      }),
    read(pages: Iterable<Page>) {
      for (const page of pages)
        self.write({ base: lastImages(page.commits), meta: { ...synced.meta(db)!, cursor: page.to } })
    },
    /** The other way to come to a history: beside the base, and taken when it is whole. */
    readAnew(pages: Iterable<Page>) {
      self.write({ stage_is: 'empty' })
      let cursor = origin
      for (const page of pages) {
        self.write({ stage: { rows: lastImages(page.commits), words: [], own: new Map() } })
        cursor = page.to
      }
      self.write({ stage_is: 'take', meta: { ...synced.meta(db)!, cursor } })
    },
    do: (operation: Operation) =>
      inOne(() => {
        synced.catchUp(db, () => false)
        const newId = () => `own-${(ids += 1)}`
        const author = {
          actor: { kind: 'station', id: 'own' } as const,
          clock,
          txn_id: newId(),
          newId,
          synced,
        }
        expect(does.accept(db, author, operation, 1)).toBe(undefined)
      }),
    /** The process ends, and this program is started on the file. */
    async upgrade() {
      db.close()
      open.delete(db)
      db = openDatabase(file)
      open.add(db)
      const store = createStore(db, { newId: () => 'new', readClock: () => clock })
      await admitDeferred(store)
      expect(db.all(sql`PRAGMA foreign_key_check`)).toEqual([])
      synced = store.synced
      does = newer
    },
    rows: () => ({
      base: allRows(db, baseState(db)),
      live: allRows(db, markedState(db)),
    }),
    kept: () => ({
      rows: db.all<{ id: string }>(sql`SELECT id FROM deferred_rows ORDER BY id`).map(({ id }) => id),
      fields: db.all<{ id: string }>(sql`SELECT id FROM deferred_fields ORDER BY id`).map(({ id }) => id),
    }),
  }
  return self
}
let count = 0

/** Every row that the state has, with all its fields and marks, as text. */
function allRows(db: Database, state: ReturnType<typeof baseState>): string[] {
  const found = db.all<{ noun: Noun; id: string }>(sql`
    SELECT noun, id FROM row_marks UNION SELECT noun, id FROM graves UNION SELECT noun, id FROM base_rows`)
  return found
    .flatMap(({ noun, id }): Row[] => {
      const row = allNouns.includes(noun) ? state.get(noun, id) : undefined
      return row === undefined ? [] : [row]
    })
    .map((row) => canonical(row))
    .sort()
}

/** All rows of headquarters, as text. */
const rowsOf = ({ rows }: Central) => [...rows.all()].map((row) => canonical(row)).sort()

test('[S20] a station keeps the rows and fields that only its headquarters knows, and has them when it is upgraded', async () => {
  const { central, say, pages } = headquarters()
  say(...made)
  say({ type: 'attachment.attach', id: 'a-3', unit_id: 'u' }, { type: 'attachment.delete', id: 'a-2' })
  const one = station(older)
  one.read(pages())
  expect(one.kept()).toEqual({ rows: ['a-1', 'a-2', 'a-3'], fields: ['u', 'v', 'w'] })
  expect(one.rows().base.filter((row) => row.includes('"noun":"attachment"'))).toEqual([])

  await one.upgrade()
  expect(one.kept()).toEqual({ rows: [], fields: [] })
  const always = station(newer)
  always.read(pages())
  expect(always.kept()).toEqual({ rows: [], fields: [] })
  expect(one.rows()).toEqual(always.rows())
  expect(one.rows().base).toEqual(rowsOf(central))

  const [{ to }] = [...pages()].slice(-1) as [Page]
  say({ type: 'attachment.delete', id: 'a-1' }, { type: 'unit.update', id: 'u', sample: null })
  for (const each of [one, always]) each.read(pages(to))
  expect(one.rows()).toEqual(always.rows())
  expect(one.rows().base).toEqual(rowsOf(central))
})

test('[S20] what waits meanwhile is decided again on what the upgrade brings', async () => {
  const { say, pages } = headquarters()
  say(...made)
  const [one, always] = [station(older), station(newer)]
  for (const each of [one, always]) {
    each.read(pages())
    // With the unit go its attachments, of which the one station knows nothing yet.
    each.do({ type: 'unit.delete', id: 'u' })
    each.do({ type: 'unit.update', id: 'w', metadata: { a: 1 } })
    each.do({ type: 'batch.create', id: 'mine', number: 'LOT-8' })
    each.do({ type: 'unit.move', id: 'v', batch_id: 'mine' })
  }
  expect(one.rows()).not.toEqual(always.rows())
  await one.upgrade()
  expect(one.rows()).toEqual(always.rows())
  expect(one.rows().live.filter((row) => row.includes('"id":"a-1"'))).toEqual([
    expect.stringContaining('"deleted":true'),
  ])
})

test('[S15] [S20] a new history that is taken whole takes the place of what was kept of the old one', async () => {
  const old = headquarters()
  old.say(...made, attachment('lost', 'w'))
  const { central, say, pages } = headquarters()
  say(...made.slice(0, 5), attachment('a-1', 'v'))
  const one = station(older)
  one.read(old.pages())
  expect(one.kept()).toEqual({ rows: ['a-1', 'a-2', 'a-3', 'lost'], fields: ['u', 'v', 'w'] })
  one.readAnew(pages())
  expect(one.kept()).toEqual({ rows: ['a-1'], fields: ['u', 'v'] })
  await one.upgrade()
  expect(one.rows().base).toEqual(rowsOf(central))
  expect(one.rows().live).toEqual(rowsOf(central))
})

test('[S20] an upgrade that does not know it either keeps it on', async () => {
  const { say, pages } = headquarters()
  say(...made.slice(0, 3))
  const one = station(newer)
  one.read(pages())
  const mark = { op_id: 'x', incarnation: 'x', n: 1, station_id: 'x', seq: 9 }
  const gadget = {
    noun: 'gadget',
    id: 'g',
    name: 'G',
    key: 'g',
    scope: '',
    created_at: 1,
    created_by_user_id: 'nobody',
    created_by_station_id: null,
    deleted: false,
    into: null,
    fields: { batch_id: 'b' },
    marks: { created: mark },
  } as unknown as Row
  const before = one.rows()
  one.write({ base: [gadget] })
  await one.upgrade()
  expect(one.kept()).toEqual({ rows: ['g'], fields: [] })
  expect(one.rows()).toEqual(before)
})
