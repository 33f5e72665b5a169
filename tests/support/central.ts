import type { App } from '../../src/http/app.ts'
import { createLinks } from '../../src/http/links.ts'
import { withUploads } from '../../src/http/uploads.ts'
import { createUploads } from '../../src/central/api/uploads.ts'
import { createCentralApp } from '../../src/central/api/app.ts'
import { createRetries, type Retries } from '../../src/central/api/retries.ts'
import type { Database, Queryable } from '../../src/central/store/database.ts'
import { createKey } from '../../src/central/store/keys.ts'
import { indexSearch, makeHeadquarters, migrate } from '../../src/central/store/migrate.ts'
import { writeHere } from '../../src/central/store/own.ts'
import { openPglite } from '../../src/central/store/pglite.ts'
import { connectPostgres } from '../../src/central/store/postgres.ts'
import { createSequencer, type Sequencer } from '../../src/central/store/sequencer.ts'
import { sql } from '../../src/central/store/sql.ts'
import { userNamed } from '../../src/central/store/users.ts'
import { START, type Answer, type CallOptions, callOf } from './station.ts'
import { type Cluster, startCluster } from './postgres.ts'

/** A headquarters on an empty database, without a socket. Time stands still until the test turns it; ids count up. */
export interface CentralUnderTest {
  readonly app: App
  readonly db: Database
  readonly sequencer: Sequencer
  readonly ids: { readonly user: string; readonly station: string }
  readonly headquarters_id: string
  readonly pass: (ms: number) => void
  /** As of a station under test. */
  readonly redraw: (drawn?: number) => number
  readonly call: (method: string, target: string, options?: CallOptions) => Promise<Answer>
  readonly done: <Body = { id: string }>(
    method: string,
    target: string,
    options?: CallOptions,
  ) => Promise<Body>
  readonly defects: unknown[]
  readonly retries: Retries
  /** Another process of this headquarters. */
  startProcess(run: string): Pick<CentralUnderTest, 'app' | 'call' | 'retries'>
}

let cluster: Cluster | undefined
let databases = 0

/** A new database on this file's server; the server is started by whoever asks first. */
export async function newDatabase(): Promise<string> {
  cluster ??= await startCluster()
  databases += 1
  return cluster.createDatabase(`test_${databases}`)
}

export function stopServer(): void {
  cluster?.stop()
  cluster = undefined
}

export async function openDatabase(kind: Database['kind']): Promise<Database> {
  const db =
    kind === 'pglite'
      ? await openPglite(undefined)
      : connectPostgres(await newDatabase(), (error) => console.error(error))
  await migrate(db, () => Promise.resolve())
  await indexSearch(db)
  return db
}

const tables = [
  'users stations parts revisions batches units attachments batch_revisions commits conflicts incarnations chain closed_epochs',
  'incidents keys enrolments sightings backups replies processes headquarters procedures versions procedure_links runs unit_runs blobs file_pieces files uploads',
]
  .join(' ')
  .split(' ')

/** Everything out of the database, past the guard against just that. */
export async function emptyDatabase(db: Database): Promise<void> {
  await db.transaction(async (tx: Queryable) => {
    // Few rows: taking them out one by one is quicker than making new files.
    await tx.script(
      `SET LOCAL session_replication_role = replica; ${tables.map((table) => `DELETE FROM ${table}`).join('; ')}`,
    )
    await makeHeadquarters(tx)
  })
}

/** Headquarters with one user and one station, and a key for each. */
export async function openCentral(db: Database): Promise<CentralUnderTest> {
  let count = 0
  let now = Date.parse(START)
  const newId = () => `00000000-0000-7000-8000-${String((count += 1)).padStart(12, '0')}`
  const readClock = () => ({ wall_ms: now, boot_id: 'boot', uptime_ms: now - Date.parse(START) })
  const sequencer = createSequencer(db, () => now)
  const outside = { newId, readClock }
  const [{ id: headquarters_id } = { id: '' }] = await db.rows<{ id: string }>(
    sql`SELECT id FROM headquarters`,
  )
  const station = newId()
  const user = await userNamed(db, newId(), 'Ada')
  await writeHere(
    sequencer,
    outside,
    headquarters_id,
    { kind: 'user', id: user },
    (desk) => desk.accept({ type: 'station.create', id: station, name: 'Line 1' }) ?? {},
  )
  for (const kind of ['user', 'station'] as const)
    await createKey(db, {
      id: newId(),
      name: 'test',
      key: `lk_${kind}`,
      owner: { kind, id: kind === 'user' ? user : station },
      created_at: now,
    })
  const defects: unknown[] = []
  const onDefect = (error: unknown) => void defects.push(error)
  const startProcess = (run: string) => {
    const retries = createRetries(db, run, () => now)
    const links = createLinks('secret', () => now)
    const api = { db, sequencer: createSequencer(db, () => now), outside, headquarters_id, links, retries }
    const app = withUploads(createCentralApp({ api, onDefect }), createUploads(api, onDefect))
    return { app, retries, call: callOf(() => app) }
  }
  const { app, retries, call } = startProcess('first')
  return {
    app,
    db,
    sequencer,
    ids: { user, station },
    headquarters_id,
    defects,
    pass: (ms) => void (now += ms),
    redraw: (drawn = count) => (count = drawn),
    call,
    retries,
    startProcess,
    async done<Body>(method: string, target: string, options?: CallOptions) {
      const { status, text } = await call(method, target, options)
      if (status !== 200) throw new Error(`${method} ${target} answered ${status}: ${text}`)
      return JSON.parse(text) as Body
    },
  }
}
