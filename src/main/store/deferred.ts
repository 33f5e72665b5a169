import { nouns } from '../../model/decide/nouns.ts'
import type { Row, Value } from '../../model/state.ts'
import { baseState } from './base.ts'
import type { ReadableDb, WritableDb } from './database.ts'
import { sql } from './sql.ts'
import { referredFirst, shapes } from './tables.ts'

/**
 * What a newer headquarters says and this program does not know: rows of nouns that have no table here, and fields that have no column.
 * They belong to the base like everything that a page brings, as they are after the cursor, but nobody here sees or decides over them.
 * When the program is newer itself, `admitted` names what it knows now, to be laid on the base like a page.
 *
 *   deferred_rows    rows of unknown nouns, whole
 *   deferred_fields  of rows that are known, the fields that are not
 */
type Unknown = Readonly<Record<string, Value>>

const knownFields: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  referredFirst.map((noun) => [
    noun,
    new Set([...nouns[noun].references.map(({ field }) => field), ...Object.keys(shapes[noun].fields)]),
  ]),
)

function isKnown({ noun, fields }: Row): boolean {
  const known = knownFields.get(noun)
  if (known === undefined) return false
  for (const field in fields) if (!known.has(field)) return false
  return true
}

/** A noun of a newer version is no `Noun` to the compiler, and comes all the same. */
export const isNounKnown = ({ noun }: Pick<Row, 'noun'>) => knownFields.has(noun)

function parted(row: Row): { readonly row: Row; readonly unknown: Unknown } {
  const known = knownFields.get(row.noun)!
  const fields = Object.entries(row.fields)
  return {
    row: { ...row, fields: Object.fromEntries(fields.filter(([field]) => known.has(field))) },
    unknown: Object.fromEntries(fields.filter(([field]) => !known.has(field))),
  }
}

/** The row as this program knows it: itself, if that is all of it; undefined if its noun is unknown. */
export function knownOf(row: Row): Row | undefined {
  if (isKnown(row)) return row
  return isNounKnown(row) ? parted(row).row : undefined
}

/** The rows as this program knows them, those of unknown nouns left out; what is unknown is kept, in the place of what was kept of these rows before. */
export function defer(db: WritableDb, rows: readonly Row[]): readonly Row[] {
  const someKept = rows.length > 0 && db.one(sql`SELECT 1 FROM deferred_fields LIMIT 1`) !== undefined
  if (!someKept && rows.every(isKnown)) return rows
  const known: Row[] = []
  for (const whole of rows) {
    if (!isNounKnown(whole)) {
      db.run(sql`INSERT INTO deferred_rows (noun, id, row) VALUES (${whole.noun}, ${whole.id}, ${JSON.stringify(whole)})
        ON CONFLICT DO UPDATE SET row = excluded.row`)
      continue
    }
    const { row, unknown } = parted(whole)
    known.push(row)
    if (Object.keys(unknown).length > 0)
      db.run(sql`INSERT INTO deferred_fields (id, noun, fields) VALUES (${row.id}, ${row.noun}, ${JSON.stringify(unknown)})
        ON CONFLICT DO UPDATE SET fields = excluded.fields`)
    else db.run(sql`DELETE FROM deferred_fields WHERE id = ${row.id} AND noun = ${row.noun}`)
  }
  return known
}

/** The same with a new history, of which these rows are not known, or not wholly: what was kept of the old one is gone with it. */
export function deferAnew(db: WritableDb, rows: readonly Row[]): void {
  db.run(sql`DELETE FROM deferred_rows`)
  db.run(sql`DELETE FROM deferred_fields`)
  defer(db, rows)
}

/** Is anything of what was kept known now? */
export function isAnythingKnown(db: ReadableDb): boolean {
  const kept = db.all<Pick<Row, 'noun'>>(sql`SELECT DISTINCT noun FROM deferred_rows`)
  if (kept.some(isNounKnown)) return true
  const fields = db.all<{ noun: string; field: string }>(sql`
    SELECT DISTINCT d.noun, f.key AS field FROM deferred_fields d, json_each(d.fields) f`)
  return fields.some(({ noun, field }) => knownFields.get(noun)?.has(field))
}

/** Rows laid on the base in one go. */
const CHUNK = 500

/**
 * What was kept and is known now, in chunks in which nothing refers to what comes later but to rows of its own noun: such chunks come
 * twice. Each is to be laid on the base before the next is asked for; `defer` keeps again what is unknown still.
 */
export function* admitted(db: WritableDb): Generator<readonly Row[]> {
  for (const noun of referredFirst) {
    const own = nouns[noun].references.some((reference) => reference.noun === noun)
    for (let time = 0; time < (own ? 2 : 1); time += 1) yield* rowsOf(db, noun)
    db.run(sql`DELETE FROM deferred_rows WHERE noun = ${noun}`)
  }
  yield* withFields(db)
}

function* rowsOf(db: WritableDb, noun: string): Generator<readonly Row[]> {
  for (let after = ''; ;) {
    const found = db.all<{ id: string; row: string }>(sql`
      SELECT id, row FROM deferred_rows WHERE noun = ${noun} AND id > ${after} ORDER BY id LIMIT ${CHUNK}`)
    if (found.length === 0) return
    yield found.map(({ row }) => JSON.parse(row) as Row)
    after = found.at(-1)!.id
  }
}

function* withFields(db: WritableDb): Generator<readonly Row[]> {
  const base = baseState(db)
  for (let after = { id: '', noun: '' }; ;) {
    const found = db.all<Pick<Row, 'id' | 'noun'> & { readonly fields: string }>(sql`
      SELECT id, noun, fields FROM deferred_fields WHERE (id, noun) > (${after.id}, ${after.noun}) ORDER BY id, noun LIMIT ${CHUNK}`)
    if (found.length === 0) return
    const rows = found.flatMap(({ id, noun, fields: text }) => {
      const fields = JSON.parse(text) as Unknown
      const row = base.get(noun, id)
      if (row === undefined || !Object.keys(fields).some((field) => knownFields.get(noun)?.has(field)))
        return []
      return { ...row, fields: { ...row.fields, ...fields } }
    })
    if (rows.length > 0) yield rows
    after = found.at(-1)!
  }
}
