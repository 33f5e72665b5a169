import type { Noun } from '../../model/state.ts'
import type { Overlay } from '../../model/sync/overlay.ts'
import { isInBase, markedState, putMarks } from './base.ts'
import { marksOf } from './marks.ts'
import { sql } from './sql.ts'
import type { Store } from './store.ts'

/**
 * Rows that were written before there was a headquarters carry no marks. What the waiting operations say of them is written down
 * once, a few at a time; a row that was written since keeps what it has got.
 */
export async function fillMarks({ db, commits }: Store, rows: Overlay, slice_ms: number): Promise<void> {
  const names = rows.touched.values()
  let done = false
  while (!done) {
    const missing: { noun: Noun; id: string }[] = []
    const end = performance.now() + slice_ms
    while (performance.now() < end && !done) {
      const next = names.next()
      done = next.done === true
      if (next.done === true) break
      const noun = next.value.slice(0, next.value.indexOf(':')) as Noun
      const id = next.value.slice(noun.length + 1)
      const found = db.one<{ marks: string }>(
        sql`SELECT marks FROM row_marks WHERE id = ${id} AND noun = ${noun}`,
      )
      if (found === undefined || !found.marks.includes('"created"')) missing.push({ noun, id })
    }
    if (missing.length === 0) {
      await new Promise((resolve) => setImmediate(resolve))
      continue
    }
    await commits.write((writable) => {
      const marks = marksOf(writable)
      const state = markedState(writable)
      for (const { noun, id } of missing) {
        const before = rows.get(noun, id)
        const now = state.get(noun, id)
        if (before === undefined || now === undefined) continue
        const row = { ...now, marks: { ...before.marks, ...now.marks } }
        if (row.deleted)
          writable.run(
            sql`UPDATE graves SET row = ${JSON.stringify(row)} WHERE id = ${id} AND noun = ${noun}`,
          )
        const in_base = isInBase(writable, row)
        putMarks(writable, [{ row, marks: marks.encode(writable, row.marks), in_base }])
      }
    })
  }
}
