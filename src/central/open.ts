import { existsSync } from 'node:fs'

import { newId } from '../host/id.ts'
import { readClock } from '../host/clock.ts'
import { codeOf, isProblem, type Problem, problem, wordsOf } from '../host/problem.ts'
import { createLinks } from '../http/links.ts'
import { createRetries } from './api/retries.ts'
import type { Api } from './api/route.ts'
import type { DataFolder } from './data-folder.ts'
import { anotherProblem, recallBackup } from './history.ts'
import { writePrivateFile } from '../host/folder.ts'
import type { Settings } from './settings.ts'
import { type Database, one, type Queryable } from './store/database.ts'
import { createKey, newKeyText } from './store/keys.ts'
import { indexSearch, knownVersion, migrate } from './store/migrate.ts'
import { openPglite } from './store/pglite.ts'
import { connectPostgres } from './store/postgres.ts'
import { dueByProgram } from './store/second-tries.ts'
import { createSequencer } from './store/sequencer.ts'
import { sql } from './store/sql.ts'
import { overheard, troubleOf } from './store/trouble.ts'
import { userNamed } from './store/users.ts'

/** PostgreSQL 15: what Debian's stable release of 2023 brought, and the oldest that the tests run on. */
const POSTGRES_MIN = 150_000

export interface OpenCentral {
  readonly api: Api
  /** Names this process since its start. */
  readonly run: string
  readonly secret: string
  /** True when this start made headquarters and its first key. */
  readonly first_start: boolean
  /** Whether substring search has its index. */
  readonly has_trigrams: boolean
  close(): Promise<void>
}

/**
 * Opens the database of headquarters, brings it up to date, and on the first start makes the first user and key.
 * @param makes whether there may be a first start: a command is about a headquarters that is there
 */
export async function openCentral(
  folder: DataFolder,
  { database_url }: Settings,
  onTrouble: (error: Error) => void,
  makes = true,
): Promise<OpenCentral | Problem> {
  let db: Database | undefined
  const noneIn = (where: string) => (makes ? undefined : absentProblem(where))
  if (database_url === null && !existsSync(folder.embedded)) {
    const none = anotherProblem(folder.data_dir, undefined) ?? noneIn(folder.data_dir)
    if (none !== undefined) return none
  }
  try {
    db = database_url === null ? await openPglite(folder.embedded) : connectPostgres(database_url, onTrouble)
    const there = (await tooOld(db)) ?? (await headquartersIn(db))
    const where = database_url === null ? folder.data_dir : shown(database_url)
    const unfit = isProblem(there)
      ? there
      : (anotherProblem(folder.data_dir, there) ?? (there === undefined ? noneIn(where) : undefined))
    const migrated = unfit ?? (await migrate(db, (tx) => makeFirstKey(tx, folder)))
    if (isProblem(migrated) || migrated === 'newer') {
      await db.close()
      return isProblem(migrated) ? migrated : newerProblem()
    }
    const { id, secret } = await one<{ id: string; secret: string }>(
      db,
      sql`SELECT id, secret FROM headquarters`,
    )
    const unsound = (await halfProblem(db, where)) ?? (await recallBackup(db, id, folder.data_dir))
    if (unsound !== undefined) {
      await db.close()
      return unsound
    }
    const has_trigrams = await indexSearch(db)
    const now = () => readClock().wall_ms
    // Another secret than that of cursors, made from it: one signs what the other must not.
    const links = createLinks(`links ${secret}`, now)
    const open = overheard(db, onTrouble)
    const sequencer = createSequencer(open, now)
    if ((await dueByProgram(open)) > 0) sequencer.goOn()
    const run = newId()
    const retries = createRetries(open, run, now)
    return {
      api: { db: open, sequencer, outside: { newId, readClock }, headquarters_id: id, links, retries },
      run,
      secret,
      first_start: migrated === 'made',
      has_trigrams,
      async close() {
        await sequencer.idle()
        await open.close()
      },
    }
  } catch (error) {
    await db?.close().catch(() => undefined)
    return databaseProblem(database_url, folder, error)
  }
}

async function headquartersIn(db: Database): Promise<string | undefined> {
  const { there } = await one<{ there: boolean }>(
    db,
    sql`SELECT to_regclass('headquarters') IS NOT NULL AS there`,
  )
  return there ? (await db.rows<{ id: string }>(sql`SELECT id FROM headquarters`))[0]?.id : undefined
}

/**
 * Was a backup restored in half? `pg_restore` makes keys, guards and, last of all, references after the rows; who did not see that it ended in
 * an error would go on without some of them.
 */
async function halfProblem(db: Database, where: string): Promise<Problem | undefined> {
  const { whole } = await one<{ whole: boolean }>(
    db,
    sql`SELECT EXISTS (SELECT FROM pg_constraint WHERE conname = 'file_pieces_sha256_fkey' AND connamespace = current_schema()::regnamespace) AS whole`,
  )
  return whole ? undefined : problem(`a backup was restored in half into ${where}`, RESTORE_ANEW)
}

const RESTORE_ANEW =
  'Restore it into an empty database, with --single-transaction, and see that pg_restore ends without an error'

async function tooOld(db: Database): Promise<Problem | undefined> {
  const { version } = await one<{ version: number }>(
    db,
    sql`SELECT current_setting('server_version_num')::int AS version`,
  )
  if (version >= POSTGRES_MIN) return undefined
  return problem(
    `the database server is PostgreSQL ${Math.floor(version / 10_000)}`,
    'Headquarters needs PostgreSQL 15 or newer: update the server or name another with --database-url',
  )
}

/** @param where a folder or a database */
export const absentProblem = (where: string) =>
  problem(
    `there is no headquarters in ${where}`,
    'Name its folder with --data-dir (and its database with --database-url), or start it once',
  )

const newerProblem = () =>
  problem(
    `the database was written by a newer Lotkeeper (this one knows version ${knownVersion})`,
    'Use the newer Lotkeeper, or bring back a backup of this version',
  )

/** The file is written before the commit: a crash in between leaves one that the next first start replaces. */
async function makeFirstKey(tx: Queryable, folder: DataFolder): Promise<void> {
  const key = newKeyText()
  const user = await userNamed(tx, newId(), 'Administrator')
  await createKey(tx, {
    id: newId(),
    name: 'first start',
    key,
    owner: { kind: 'user', id: user },
    created_at: readClock().wall_ms,
  })
  writePrivateFile(folder.keys, { user: key })
}

/** What an error of the database means for a person; the address without its password. */
function databaseProblem(database_url: string | null, folder: DataFolder, error: unknown): Problem {
  const code = codeOf(error)
  if (database_url === null)
    return problem(
      `the embedded database in ${folder.embedded} cannot be opened (${wordsOf(error)})`,
      'Bring back a backup of that folder, or move headquarters to a PostgreSQL server with --database-url',
    )
  const where = shown(database_url)
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return problem(`the database's host of ${where} is not known (${code})`, 'Correct --database-url')
  // Also one that hangs up: another program listens there, or one of PostgreSQL's that has no room for us.
  if (/^E[A-Z]+$/.test(code) || (code === '' && troubleOf(error) !== undefined))
    return problem(
      `no PostgreSQL answers at ${where} (${code || wordsOf(error)})`,
      'Start it, or correct --database-url',
    )
  if (code.startsWith('28'))
    return problem(
      `PostgreSQL at ${where} refuses this user (${wordsOf(error)})`,
      'Correct user and password in --database-url',
    )
  if (code === '3D000')
    return problem(
      `there is no such database at ${where}`,
      `Make it with: CREATE DATABASE ${nameOf(database_url)}, or correct --database-url`,
    )
  if (code === '42501')
    return problem(`this user may not make tables in ${where}`, 'Make it the owner of the database')
  if (code === '42P07')
    return problem(
      `${where} holds tables of another program, or of a backup that was restored in half`,
      `Give headquarters a database of its own. ${RESTORE_ANEW}`,
    )
  if (code === '') throw error
  return problem(`the database at ${where} cannot be used (${code}: ${wordsOf(error)})`, 'See its log')
}

function shown(database_url: string): string {
  const { hostname, port, pathname } = new URL(database_url)
  return `${hostname || 'localhost'}${port ? `:${port}` : ''}${pathname}`
}

/** Of a database, as SQL takes it. */
function nameOf(database_url: string): string {
  const name = decodeURIComponent(new URL(database_url).pathname.slice(1))
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`
}
