import type { Actor } from '../../model/actor.ts'
import type { ClockReading } from '../../model/operation.ts'
import type { Author } from './accept.ts'
import { type Commits, createCommits } from './commits.ts'
import type { Database, ReadableDb, Snapshot } from './database.ts'
import { moveIn } from './first-file.ts'
import { type People, createPeople } from './people.ts'
import { forgetMerges } from './search-merge.ts'
import { type Synced, createSynced } from './synced.ts'

/** An open database with what reading and writing it needs. Reads go to `db` at once, writes go through `commits`. */
export interface Store {
  readonly db: ReadableDb
  /** What `db` holds now, however long it is read. */
  readonly snapshot: () => Snapshot
  readonly commits: Commits
  readonly people: People
  readonly readClock: () => ClockReading
  /** What is held for headquarters. */
  readonly synced: Synced
  /**
   * Goes on with the file in which headquarters was read from the beginning (first-file.ts), in the place of this one, with all that is
   * this station's own.
   * @throws the driver's error, or what renaming says; nothing was changed then, and it can be tried again
   */
  goOnWith(file: string): void
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
  const commits = createCommits(database)
  const people = createPeople(database)
  return {
    db: database,
    snapshot: () => database.snapshot(),
    commits,
    people,
    readClock,
    synced,
    goOnWith(file) {
      commits.aside(() => {
        moveIn(file, database.path)
        database.replaceWith(file)
        synced.forget()
        people.forget()
        forgetMerges(database)
      })
    },
    author: (actor) => ({ actor, clock: readClock(), txn_id: newId(), newId, synced }),
  }
}
