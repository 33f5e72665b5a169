import { nouns } from '../../model/decide/nouns.ts'
import type { Noun, Row, State } from '../../model/state.ts'
import type { ReadableDb, WritableDb } from './database.ts'
import { liveState } from './live.ts'
import { marksOf } from './marks.ts'
import { insertMany, sql } from './sql.ts'

/** The live rows with the marks of who wrote what: what is decided on once there is a headquarters. */
export function markedState(db: ReadableDb): State {
  const live = liveState(db)
  const marks = marksOf(db)
  // What lies in a grave was written there with its marks.
  const marked = (row: Row): Row =>
    row.deleted || row.into !== null ? row : { ...row, marks: marks.of(row) }
  const maybe = (row: Row | undefined) => row && marked(row)
  return {
    get: (noun, id) => maybe(live.get(noun, id)),
    holder: (noun, scope, key) => maybe(live.holder(noun, scope, key)),
    members: (noun, field, id, but) => live.members(noun, field, id, but).map(marked),
    joined: (noun, id) => live.joined(noun, id),
  }
}

/** Is the live row just what headquarters said? */
export function isInBase(db: ReadableDb, { noun, id }: Pick<Row, 'noun' | 'id'>): boolean {
  const found = db.one<{ in_base: number }>(
    sql`SELECT in_base FROM row_marks WHERE id = ${id} AND noun = ${noun}`,
  )
  return found?.in_base === 1
}

/** What headquarters said: the live rows, except where waiting operations touched them and the image was kept aside. */
export function baseState(db: ReadableDb): State {
  const live = markedState(db)
  const kept = (noun: Noun, id: string) => {
    const found = db.one<{ row: string }>(sql`SELECT row FROM base_rows WHERE id = ${id} AND noun = ${noun}`)
    return found && (JSON.parse(found.row) as Row)
  }
  const keptMembers = (noun: Noun, field: string, target: string) =>
    db
      .all<{ row: string }>(sql`
        SELECT row FROM base_references r JOIN base_rows b ON b.id = r.id AND b.noun = ${noun}
        WHERE r.field = ${`${noun}.${field}`} AND r.target = ${target}`)
      .map(({ row }) => JSON.parse(row) as Row)
  const present = (row: Row | undefined) => (row !== undefined && isInBase(db, row) ? row : undefined)
  return {
    get: (noun, id) => (isInBase(db, { noun, id }) ? live.get(noun, id) : kept(noun, id)),
    holder(noun, scope, key) {
      const found = db.one<{ row: string }>(
        sql`SELECT row FROM base_rows WHERE noun = ${noun} AND scope = ${scope} AND key = ${key}`,
      )
      return found === undefined ? present(live.holder(noun, scope, key)) : (JSON.parse(found.row) as Row)
    },
    members: (noun, field, id, but) => [
      ...live.members(noun, field, id, but).filter((row) => isInBase(db, row)),
      ...keptMembers(noun, field, id),
    ],
    joined: (noun, id) => [
      ...live.joined(noun, id).filter((row) => isInBase(db, row)),
      ...keptMembers(noun, 'into', id),
    ],
  }
}

/** The same state while nothing is written: each row is read once. */
export function remembering(state: State): State {
  const known = new Map<string, Row | undefined>()
  return {
    ...state,
    get(noun, id) {
      const name = `${noun}:${id}`
      if (!known.has(name)) known.set(name, state.get(noun, id))
      return known.get(name)
    },
  }
}

/** Keeps headquarters' image of a row that the live row no longer is. */
export function keepBase(db: WritableDb, row: Row): void {
  dropBase(db, row)
  const holds = !row.deleted && row.into === null
  db.run(sql`INSERT INTO base_rows (id, noun, scope, key, row)
    VALUES (${row.id}, ${row.noun}, ${row.scope}, ${holds ? row.key : null}, ${JSON.stringify(row)})`)
  for (const [field, target] of references(row))
    db.run(sql`INSERT INTO base_references (field, target, id) VALUES (${field}, ${target}, ${row.id})`)
}

export function dropBase(db: WritableDb, { noun, id }: Pick<Row, 'noun' | 'id'>): void {
  const before = db.one<{ row: string }>(sql`SELECT row FROM base_rows WHERE id = ${id} AND noun = ${noun}`)
  if (before === undefined) return
  for (const [field, target] of references(JSON.parse(before.row) as Row))
    db.run(sql`DELETE FROM base_references WHERE field = ${field} AND target = ${target} AND id = ${id}`)
  db.run(sql`DELETE FROM base_rows WHERE id = ${id} AND noun = ${noun}`)
}

function references(row: Row): [field: string, target: string][] {
  if (row.into !== null) return [[`${row.noun}.into`, row.into]]
  if (row.deleted) return []
  return nouns[row.noun].references.flatMap(({ field }): [string, string][] => {
    const target = row.fields[field]
    return typeof target === 'string' ? [[`${row.noun}.${field}`, target]] : []
  })
}

/** How a live row stands to headquarters' row: its marks as `row_marks` keeps them, and whether it is just that row. */
export interface Marked {
  readonly row: Row
  readonly marks: string
  readonly in_base: boolean
}

export function putMarks(db: WritableDb, marked: readonly Marked[]): void {
  const queries = insertMany(
    'INSERT INTO row_marks (id, noun, in_base, marks)',
    marked.map(({ row, marks, in_base }) => [row.id, row.noun, in_base ? 1 : 0, marks]),
    'ON CONFLICT DO UPDATE SET in_base = excluded.in_base, marks = excluded.marks',
  )
  for (const query of queries) db.run(query)
}
