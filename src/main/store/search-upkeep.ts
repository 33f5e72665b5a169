import type { WritableDb } from './database.ts'
import { goOnMerging, type Merge, planMerge, planRemoval, textsGone, textsWaiting } from './search-merge.ts'
import type { Store } from './store.ts'

/** How many texts are merged at once: the more there are, the more of them share a page, and the longer a search reads them all. */
const ENOUGH = 2_048
/** Whoever else writes waits no longer than this. */
const SLICE_MS = 2

/** Merges the texts that wait for the search, and takes out those that left, whenever there are enough: a few grams at a time between other writes. */
export function keepSearchMerged({ db, commits }: Pick<Store, 'db' | 'commits'>): { stop(): void } {
  let working = false
  let stopped = false

  async function carryOut(merge: Merge | undefined): Promise<void> {
    while (merge !== undefined && !stopped && !(await commits.tidy((writable) => slice(writable, merge))));
  }

  async function work(): Promise<void> {
    working = true
    try {
      const merge = planMerge(db)
      await carryOut(merge)
      if (textsGone(db) >= ENOUGH) await carryOut(planRemoval(db, merge))
    } catch {
      // The disk did not take it: the texts still wait, and the next commit tries again.
    }
    working = false
  }

  const unsubscribe = commits.onCommit(() => {
    if (!working && (textsWaiting(db) >= ENOUGH || textsGone(db) >= ENOUGH)) void work()
  })
  return {
    stop() {
      stopped = true
      unsubscribe()
    },
  }
}

function slice(db: WritableDb, merge: Merge): boolean {
  const end = performance.now() + SLICE_MS
  return goOnMerging(db, merge, () => performance.now() > end)
}
