import type { Actor } from '../../model/actor.ts'
import type { ClockReading } from '../../model/operation.ts'
import type { Author } from './accept.ts'
import { type Commits, createCommits } from './commits.ts'
import type { Database, ReadableDb } from './database.ts'
import { type People, createPeople } from './people.ts'
import { type Synced, createSynced } from './synced.ts'

/** An open database with what reading and writing it needs. Reads go to `db` at once, writes go through `commits`. */
export interface Store {
  readonly db: ReadableDb
  readonly commits: Commits
  readonly people: People
  readonly readClock: () => ClockReading
  /** What is held for headquarters. */
  readonly synced: Synced
  /** Starts the writes of one request: they share a transaction id, an actor and one reading of the clock. */
  author(actor: Actor): Author
}

/** Time and chance come in here, so that tests turn them by hand. */
export interface Outside {
  readonly newId: () => string
  readonly readClock: () => ClockReading
}

export function createStore(database: Database, { newId, readClock }: Outside): Store {
  const synced = createSynced()
  return {
    db: database,
    commits: createCommits(database),
    people: createPeople(database),
    readClock,
    synced,
    author: (actor) => ({ actor, clock: readClock(), txn_id: newId(), newId, synced }),
  }
}
