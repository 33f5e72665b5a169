import { readClock } from '../host/clock.ts'
import type { DataFolder } from './data-folder.ts'
import { writePrivateFile } from '../host/folder.ts'
import { damagedProblem, databaseProblem, newerProblem } from './database-problem.ts'
import { newId } from '../host/id.ts'
import type { Problem } from '../host/problem.ts'
import { type Database, openDatabase, type WritableDb } from './store/database.ts'
import { createIdentity, type Identity, readIdentity, userNamed } from './store/identity.ts'
import { createKey, newKeyText } from './store/keys.ts'
import { admitDeferred } from './store/admit.ts'
import { firstFileOf, removeFirstFile } from './store/first-file.ts'
import { migrate, schemaVersion } from './store/migrate.ts'
import { keepSearchMerged } from './store/search-upkeep.ts'
import { sql } from './store/sql.ts'
import { createStore, type Store } from './store/store.ts'

/** The one connection that writes, for as long as the data folder is held. */
export interface OpenStore {
  readonly store: Store
  readonly identity: Identity
  /** True when this start made the station and its first keys. */
  readonly first_start: boolean
  /** Commits what waits and closes the file. */
  close(): void
}

/** Up to this size the whole database is looked through at each start (some 100 ms); larger ones by `lotkeeper doctor`. */
const LOOK_THROUGH_MAX_BYTES = 32 * 1024 * 1024

/**
 * Opens the database of a held data folder: sees that it is sound and not from the future, brings it up to date, and
 * on the first start makes the station, its user and its keys. Either all of that, or nothing is changed.
 */
export async function openStore(folder: DataFolder, station_name: string): Promise<OpenStore | Problem> {
  let db: Database | undefined
  try {
    removeFirstFile(firstFileOf(folder.database))
    db = openDatabase(folder.database)
    const bad = findDamage(db)
    if (bad !== undefined) return closing(db, damagedProblem(folder, bad))
    const migrated = migrate(db)
    if (migrated.kind === 'newer') return closing(db, newerProblem(folder, migrated.version))
    const store = createStore(db, { newId, readClock })
    await admitDeferred(store)
    const search = keepSearchMerged(store)
    const first_start = readIdentity(db) === undefined
    if (first_start) await store.commits.write((writable) => makeStation(writable, folder, station_name))
    const open = db
    return {
      store,
      identity: readIdentity(db)!,
      first_start,
      close() {
        search.stop()
        store.commits.flush()
        open.close()
      },
    }
  } catch (error) {
    db?.close()
    return databaseProblem(folder, error)
  }
}

function closing(db: Database, outcome: Problem): Problem {
  db.close()
  return outcome
}

/** The first complaint about the file, or undefined. */
function findDamage(db: Database): string | undefined {
  const { tables } = db.one<{ tables: number }>(sql`SELECT count(*) AS tables FROM sqlite_schema`)!
  if (tables > 0 && schemaVersion(db) === 0) return 'it holds tables of another program'
  const { bytes } = db.one<{ bytes: number }>(
    sql`SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size`,
  )!
  if (bytes > LOOK_THROUGH_MAX_BYTES) return undefined
  const { quick_check } = db.one<{ quick_check: string }>(sql`PRAGMA quick_check(1)`)!
  return quick_check === 'ok' ? undefined : quick_check
}

/** `keys.json` is written before the commit: a crash in between leaves a file that the next first start replaces. */
function makeStation(db: WritableDb, folder: DataFolder, station_name: string): void {
  const { wall_ms: created_at } = readClock()
  const station_id = newId()
  createIdentity(db, { station_id, station_name, incarnation: newId(), created_at })
  const user_id = userNamed(db, { id: newId(), name: 'Operator', created_at })
  const keys = { user: newKeyText(), station: newKeyText() }
  const name = 'first start'
  createKey(db, { id: newId(), name, key: keys.user, owner: { kind: 'user', id: user_id }, created_at })
  createKey(db, {
    id: newId(),
    name,
    key: keys.station,
    owner: { kind: 'station', id: station_id },
    created_at,
  })
  writePrivateFile(folder.keys, keys)
}
