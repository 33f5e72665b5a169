import { isRefusal } from '../../model/error.ts'
import type { Database, WritableDb } from './database.ts'

/**
 * Group commit: all writes asked for in one turn of the event loop share one transaction, hence one fsync. Whoever brings something long
 * piece by piece takes turns with them, a piece each time.
 *
 * Each write runs behind a savepoint of its own, so one that refuses or fails takes nothing of the others with it. Who is
 * alone has none: SQLite keeps every page that is touched behind a savepoint, and gives room back at each statement by
 * walking through all of them, which makes a thousand rows ten times slower.
 * A promise settles only after the commit it belongs to: no answer leaves before its data is on the disk.
 * If the commit itself fails (disk full, I/O error) every write of the group is rejected with that error and none of them happened.
 */
export interface Commits {
  /** Runs `work` inside the next group's transaction. A returned `Refusal` undoes what `work` wrote. */
  write<Result>(work: (db: WritableDb) => Result): Promise<Result>
  /** The same in a transaction of its own: for slices of many rows, which a savepoint would make slower and slower. */
  writeAlone<Result>(work: (db: WritableDb) => Result): Promise<Result>
  /**
   * Alone, and without waiting for the disk: for what can be had again from elsewhere, or is told to nobody before `onDisk`. A power cut may
   * take it back, whole; the next `write` makes it as safe as itself.
   */
  writeSoon<Result>(work: (db: WritableDb) => Result): Promise<Result>
  /** The same for what changes nothing that anybody reads: the version stays, and no listener is told. */
  tidy<Result>(work: (db: WritableDb) => Result): Promise<Result>
  /**
   * Settles when everything that was committed so far outlives a power cut; others go on meanwhile.
   * @returns whether there was anything for the disk to take
   * @throws what the disk said
   */
  onDisk(): Promise<boolean>
  /** Moves whenever something was committed: what was read before is then out of date. */
  readonly version: number
  /** Called after each commit that changed something. */
  onCommit(listener: () => void): () => void
  /** Settles when everything asked for so far is committed. */
  flush(): void
  /**
   * Commits what was asked for so far and runs `work` before anything else is: for what changes the file itself. All that was read
   * before is out of date then.
   */
  aside(work: () => void): void
}

interface Waiting {
  readonly durable: boolean
  readonly alone: boolean
  readonly seen: boolean
  readonly work: (db: WritableDb) => unknown
  readonly resolve: (value: never) => void
  readonly reject: (error: unknown) => void
}

export function createCommits(database: Database): Commits {
  /** Writes that share a transaction, and those that are alone: slices of something long. */
  let shared: Waiting[] = []
  const alone: Waiting[] = []
  let last: 'shared' | 'alone' = 'alone'
  let soon = false
  let version = 0
  /** How many commits did not wait for the disk, and how many of them are on it. What another process left is not known. */
  let loose = 0
  let forced = -1
  const listeners = new Set<() => void>()

  /** One transaction, so that whoever it belongs to is answered before the next: what is shared and a slice take turns. */
  function runOne(): void {
    const one = last === 'shared' || shared.length === 0 ? alone.shift() : undefined
    last = one === undefined ? 'shared' : 'alone'
    if (one !== undefined) runGroup([one])
    else if (shared.length > 0) {
      const group = shared
      shared = []
      runGroup(group)
    }
  }

  function runSoon(): void {
    if (soon) return
    soon = true
    setImmediate(() => {
      soon = false
      runOne()
      if (shared.length + alone.length > 0) runSoon()
    })
  }

  function runAll(): void {
    while (shared.length + alone.length > 0) runOne()
  }

  function runGroup(group: readonly Waiting[]): void {
    const several = group.length > 1
    const undo = several ? 'ROLLBACK TO one' : 'ROLLBACK; BEGIN IMMEDIATE'
    const outcomes: (() => void)[] = []
    let changed = false
    const durable = group.some((one) => one.durable)
    try {
      if (!durable) database.execute('PRAGMA synchronous = NORMAL')
      database.execute('BEGIN IMMEDIATE')
      for (const { work, seen, resolve, reject } of group) {
        if (several) database.execute('SAVEPOINT one')
        try {
          const result = work(database)
          if (isRefusal(result)) database.execute(undo)
          else changed ||= seen
          outcomes.push(() => resolve(result as never))
        } catch (error) {
          // SQLite itself has ended the transaction (disk full, I/O error): the whole group is gone, not this write alone.
          if (!database.in_transaction) throw error
          database.execute(undo)
          outcomes.push(() => reject(error))
        }
        if (several) database.execute('RELEASE one')
      }
      database.execute('COMMIT')
      if (!durable) {
        loose += 1
        // Whoever commits for good next has less to wait for. A disk that fails says so to the next who waits for it.
        void onDisk().catch(() => {})
      }
    } catch (error) {
      if (database.in_transaction) database.execute('ROLLBACK')
      for (const { reject } of group) reject(error)
      return
    } finally {
      if (!durable) database.execute('PRAGMA synchronous = FULL')
    }
    if (changed) version += 1
    for (const settle of outcomes) settle()
    if (changed) tell()
  }

  async function onDisk(): Promise<boolean> {
    const until = loose
    if (forced >= until) return false
    await database.force()
    forced = Math.max(forced, until)
    return true
  }

  const tell = () => {
    for (const listener of listeners) listener()
  }

  const enqueue = <Result>(
    work: (db: WritableDb) => Result,
    how: Pick<Waiting, 'durable' | 'alone' | 'seen'>,
  ): Promise<Result> =>
    new Promise((resolve, reject) => {
      const to = how.alone ? alone : shared
      to.push({ ...how, work, resolve, reject })
      runSoon()
    })

  return {
    write: (work) => enqueue(work, { alone: false, durable: true, seen: true }),
    writeAlone: (work) => enqueue(work, { alone: true, durable: true, seen: true }),
    writeSoon: (work) => enqueue(work, { alone: true, durable: false, seen: true }),
    onDisk,
    tidy: (work) => enqueue(work, { alone: true, durable: false, seen: false }),
    get version() {
      return version
    },
    onCommit(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    flush: runAll,
    aside(work) {
      runAll()
      work()
      version += 1
      tell()
    },
  }
}
