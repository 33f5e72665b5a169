import type { Mark, Row } from '../../model/state.ts'
import type { ReadableDb, WritableDb } from './database.ts'
import { sql } from './sql.ts'

/**
 * Who wrote what in a row, as `row_marks` keeps it: `{"created":[op_id, origin, n, seq]}`, where `origin` names an incarnation
 * and its station. Written out, the two ids would take more room than the row.
 */
type Kept = readonly [op_id: string, origin: number, n: number, seq: number | null]

interface Origin {
  readonly incarnation: string
  readonly station_id: string
}

/** Good for one transaction: what it remembers of `origins` may be rolled back. */
export interface Marks {
  of(row: Pick<Row, 'noun' | 'id'>): Row['marks']
  decode(text: string): Row['marks']
  encode(db: WritableDb, marks: Row['marks']): string
}

export function marksOf(db: ReadableDb): Marks {
  const origins = new Map<number, Origin>()
  const pks = new Map<string, number>()

  function origin(pk: number): Origin {
    let found = origins.get(pk)
    if (found === undefined) {
      found = db.one<Origin>(sql`SELECT incarnation, station_id FROM origins WHERE pk = ${pk}`)!
      origins.set(pk, found)
    }
    return found
  }

  function pkOf(writable: WritableDb, incarnation: string, station_id: string): number {
    const name = `${incarnation} ${station_id}`
    let pk = pks.get(name)
    if (pk === undefined) {
      pk =
        writable.one<{ pk: number }>(
          sql`SELECT pk FROM origins WHERE incarnation = ${incarnation} AND station_id = ${station_id}`,
        )?.pk ??
        writable.run(
          sql`INSERT INTO origins (incarnation, station_id) VALUES (${incarnation}, ${station_id})`,
        ).pk
      pks.set(name, pk)
    }
    return pk
  }

  function decode(text: string): Row['marks'] {
    const kept = JSON.parse(text) as Record<string, Kept>
    // Not assigned one by one: a metadata key may be called `__proto__`.
    return Object.fromEntries(
      Object.entries(kept).map(([field, [op_id, pk, n, seq]]): [string, Mark] => {
        const { incarnation, station_id } = origin(pk)
        return [field, { op_id, incarnation, n, station_id: station_id === '' ? null : station_id, seq }]
      }),
    )
  }

  return {
    decode,
    of({ noun, id }) {
      const found = db.one<{ marks: string }>(
        sql`SELECT marks FROM row_marks WHERE id = ${id} AND noun = ${noun}`,
      )
      return found === undefined ? {} : decode(found.marks)
    },
    encode: (writable, marks) =>
      JSON.stringify(
        Object.fromEntries(
          Object.entries(marks).map(([field, { op_id, incarnation, n, station_id, seq }]): [string, Kept] => [
            field,
            [op_id, pkOf(writable, incarnation, station_id ?? ''), n, seq],
          ]),
        ),
      ),
  }
}
