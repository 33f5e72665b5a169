import { isRefusal } from '../../model/error.ts'
import type { Database, WritableDb } from './database.ts'

/**
 * Group commit: all writes asked for in one turn of the event loop share one transaction, hence one fsync.
 *
 * Each write runs behind a savepoint of its own, so one that refuses or fails takes nothing of the others with it.
 * A promise settles only after the commit it belongs to: no answer leaves before its data is on the disk.
 * If the commit itself fails (disk full, I/O error) every write of the group is rejected with that error and none of them happened.
 */
export interface Commits {
  /** Runs `work` inside the next group's transaction. A returned `Refusal` undoes what `work` wrote. */
  write<Result>(work: (db: WritableDb) => Result): Promise<Result>
  /** Moves whenever something was committed: what was read before is then out of date. */
  readonly version: number
  /** Called after each commit that changed something. */
  onCommit(listener: () => void): () => void
  /** Settles when everything asked for so far is committed. */
  flush(): void
}

interface Waiting {
  readonly work: (db: WritableDb) => unknown
  readonly resolve: (value: never) => void
  readonly reject: (error: unknown) => void
}

export function createCommits(database: Database): Commits {
  let queue: Waiting[] = []
  let version = 0
  const listeners = new Set<() => void>()

  function runGroup(): void {
    const group = queue
    queue = []
    if (group.length === 0) return
    const outcomes: (() => void)[] = []
    let changed = false
    try {
      database.execute('BEGIN IMMEDIATE')
      for (const { work, resolve, reject } of group) {
        database.execute('SAVEPOINT one')
        try {
          const result = work(database)
          if (isRefusal(result)) database.execute('ROLLBACK TO one')
          else changed = true
          outcomes.push(() => resolve(result as never))
        } catch (error) {
          // SQLite itself has ended the transaction (disk full, I/O error): the whole group is gone, not this write alone.
          if (!database.in_transaction) throw error
          database.execute('ROLLBACK TO one')
          outcomes.push(() => reject(error))
        }
        database.execute('RELEASE one')
      }
      database.execute('COMMIT')
    } catch (error) {
      if (database.in_transaction) database.execute('ROLLBACK')
      for (const { reject } of group) reject(error)
      return
    }
    if (changed) version += 1
    for (const settle of outcomes) settle()
    if (changed) for (const listener of listeners) listener()
  }

  return {
    write: (work) =>
      new Promise((resolve, reject) => {
        if (queue.length === 0) setImmediate(runGroup)
        queue.push({ work, resolve, reject })
      }),
    get version() {
      return version
    },
    onCommit(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    flush: runGroup,
  }
}
