import { admitted, isAnythingKnown } from './deferred.ts'
import { fillMarks } from './fill-marks.ts'
import { perform } from './inbox.ts'
import type { Store } from './store.ts'

const SLICE_MS = 50

/**
 * Lays on the base what a newer headquarters said while this program was too old to know it: at the first start of one that does, before
 * anybody is answered, in one transaction. The waiting operations are decided again on top of it, as after any page.
 * @throws the driver's error: nothing was done then
 */
export async function admitDeferred(store: Store): Promise<void> {
  const { db, commits, synced } = store
  if (synced.meta(db) === undefined || !isAnythingKnown(db)) return
  synced.catchUp(db, () => false)
  const rows = synced.takeCaughtUp()
  if (rows !== null) await fillMarks(store, rows, SLICE_MS)
  try {
    await commits.writeAlone((writable) => {
      for (const base of admitted(writable)) perform(writable, synced, { base }, store.readClock().wall_ms)
    })
  } finally {
    // Worked out again from the disk by whoever needs it.
    synced.forget()
  }
}
