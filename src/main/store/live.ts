import type { Noun, Row, State } from '../../model/state.ts'
import type { ReadableDb } from './database.ts'
import { type Query, sql } from './sql.ts'
import { type Found, holding, referringTo, selectIds, selectRows, toRow } from './tables.ts'

/**
 * The station's tables as `decide()` sees them. References leave as ids, whatever joins them inside.
 * Rows carry no marks: on the station that accepts an operation its author has seen everything there is. Once there is a
 * headquarters, `markedState` of base.ts adds them.
 */
export function liveState(db: ReadableDb): State {
  return {
    get: (noun, id) => readRow(db, noun, sql`row.id = ${id}`) ?? grave(db, noun, id),
    holder: (noun, scope, key) => {
      const condition = holding(noun, scope, key)
      return condition && readRow(db, noun, condition)
    },
    members(noun, field, id, but) {
      const condition = referringTo(noun, field, id)
      if (but !== undefined) {
        const ids = db.rows<[string]>(selectIds(noun, condition)).map(([member]) => member)
        const told = ids.filter((member) => !but(member))
        if (told.length < ids.length) return told.map((member) => readRow(db, noun, sql`row.id = ${member}`)!)
      }
      return db.all<Found>(selectRows(noun, condition)).map((found) => toRow(noun, found))
    },
    joined: (noun, id) =>
      db
        .all<{ row: string }>(sql`
          SELECT row FROM aliases JOIN graves USING (id, noun) WHERE into_id = ${id} AND noun = ${noun} ORDER BY id`)
        .map(({ row }) => JSON.parse(row) as Row),
  }
}

function readRow(db: ReadableDb, noun: Noun, condition: Query): Row | undefined {
  const found = db.one<Found>(selectRows(noun, condition))
  return found && toRow(noun, found)
}

function grave(db: ReadableDb, noun: Noun, id: string): Row | undefined {
  const found = db.one<{ row: string }>(sql`SELECT row FROM graves WHERE id = ${id} AND noun = ${noun}`)
  return found && (JSON.parse(found.row) as Row)
}
