import { fillMarks } from './fill-marks.ts'
import type { Store } from './store.ts'

/**
 * Works out the footprints of what waits, and the marks that its rows lack, so that pages can be laid down.
 * @param slice_ms how long others may wait
 */
export async function catchUp(store: Store, slice_ms: number): Promise<void> {
  const { db, synced } = store
  for (;;) {
    const end = performance.now() + slice_ms
    if (synced.catchUp(db, () => performance.now() > end)) break
    await new Promise((resolve) => setImmediate(resolve))
  }
  const rows = synced.takeCaughtUp()
  if (rows !== null) await fillMarks(store, rows, slice_ms)
}
