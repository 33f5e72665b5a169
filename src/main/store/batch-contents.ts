import { fold } from '../../model/identifier.ts'
import type { ReadableDb } from './database.ts'
import { pushPlace } from './postings.ts'
import { type Blocks, type Order, type Place, type Walk, blockWalk, startOf, unionWalk } from './walks.ts'
import type { Span } from './search.ts'
import { type SqlValue, sql } from './sql.ts'

/** The batches that contain a unit of certain parts, certain revisions, or certain revisions of certain parts. */
export interface Contents {
  /** About how many batches, never counted. */
  estimate(span: Span): number
  open(order: Order, from: Place): Walk
  /** How many runs `open` reads at once. */
  readonly runs: number
  matches(created_at: number, batch_pk: number): boolean
}

interface Source {
  readonly table: 'batch_parts' | 'batch_revisions' | 'batch_revision_keys'
  readonly column: 'part_pk' | 'revision_pk' | 'revision_key'
  readonly keys: readonly (number | string)[]
}

/** Part and revision must meet in one unit: a unit has one revision, so the pair of both is a set of revisions. */
function sourceOf(
  db: ReadableDb,
  part_numbers: readonly string[] | undefined,
  revision_numbers: readonly string[] | undefined,
): Source {
  const revision_keys = [...new Set(revision_numbers?.map(fold))]
  if (part_numbers === undefined)
    return { table: 'batch_revision_keys', column: 'revision_key', keys: revision_keys }
  const parts = JSON.stringify(part_numbers.map(fold))
  if (revision_numbers === undefined) {
    const pks = db.rows<[number]>(
      sql`SELECT pk FROM parts WHERE key IN (SELECT value FROM json_each(${parts}))`,
    )
    return { table: 'batch_parts', column: 'part_pk', keys: pks.map(([pk]) => pk) }
  }
  const pks = db.rows<[number]>(sql`
    SELECT r.pk FROM parts p JOIN revisions r ON r.part_pk = p.pk
    WHERE p.key IN (SELECT value FROM json_each(${parts}))
      AND r.key IN (SELECT value FROM json_each(${JSON.stringify(revision_keys)}))`)
  return { table: 'batch_revisions', column: 'revision_pk', keys: pks.map(([pk]) => pk) }
}

/** Places read from one run to judge how dense it is. */
const PROBE = 64

/** @returns undefined if nothing is asked for */
export function contentsFor(
  db: ReadableDb,
  part_numbers: readonly string[] | undefined,
  revision_numbers: readonly string[] | undefined,
): Contents | undefined {
  if (part_numbers === undefined && revision_numbers === undefined) return undefined
  const source = sourceOf(db, part_numbers, revision_numbers)
  const { keys } = source
  const list = JSON.stringify(keys)
  const { text: is_in } = query(source, 'is_in', [])
  return {
    runs: keys.length,
    estimate: (span) => keys.reduce<number>((sum, key) => sum + estimate(db, source, span, key), 0),
    open: (order, from) =>
      unionWalk(
        order,
        keys.map((key) => tableWalk(db, source, key, order, from, keys.length > 8 ? 4 : PROBE)),
      ),
    matches: (created_at, batch_pk) =>
      db.rows({ text: is_in, values: [list, created_at, batch_pk] }).length > 0,
  }
}

function estimate(db: ReadableDb, source: Source, span: Span, key: number | string): number {
  const { created_at, batch_pk } = startOf('desc')
  const found = db.rows<[number, number]>(query(source, 'before', [key, created_at, batch_pk, 1, PROBE]))[0]
  if (found === undefined) return PROBE
  return PROBE * Math.max(1, (span.last - span.first) / Math.max(1, span.last - found[0]))
}

function tableWalk(
  db: ReadableDb,
  source: Source,
  key: number | string,
  order: Order,
  from: Place,
  first_block: number,
): Walk {
  let size = first_block
  const up = order === 'asc'
  const blocks: Blocks = {
    load(into, created_at, batch_pk, inclusive) {
      const kind = up ? (inclusive ? 'from' : 'after') : inclusive ? 'until' : 'before'
      const rows = db.rows<[number, number]>(query(source, kind, [key, created_at, batch_pk, size, 0]))
      size = Math.min(size * 2, 1_024)
      into.n = 0
      if (!up) rows.reverse()
      for (const [at, pk] of rows) pushPlace(into, at, pk)
    },
    leap(created_at, batch_pk, count) {
      const found = db.rows<[number, number]>(
        query(source, up ? 'after' : 'before', [key, created_at, batch_pk, 1, count - 1]),
      )[0]
      const end = startOf(up ? 'desc' : 'asc')
      return found === undefined
        ? { ...end, passed: count, inclusive: true }
        : { created_at: found[0], batch_pk: found[1], passed: count, inclusive: true }
    },
  }
  return blockWalk(order, from, blocks)
}

type Kind = 'from' | 'after' | 'until' | 'before' | 'is_in'
const texts = new Map<string, string>()

/** The tables differ in name and first column only; each text is made once, so that it is prepared once. */
function query(
  { table, column }: Source,
  kind: Kind,
  values: SqlValue[],
): { text: string; values: SqlValue[] } {
  const name = `${kind} ${table}`
  let text = texts.get(name)
  if (text === undefined) texts.set(name, (text = textOf(table, column, kind)))
  return { text, values }
}

function textOf(table: Source['table'], column: Source['column'], kind: Kind): string {
  const order = { up: 'created_at, batch_pk', down: 'created_at DESC, batch_pk DESC' }
  const places = (compare: string, direction: string) =>
    `SELECT created_at, batch_pk FROM ${table} WHERE ${column} = +? AND (created_at, batch_pk) ${compare} (+?, +?)
     ORDER BY ${direction} LIMIT +? OFFSET +?`
  switch (kind) {
    case 'from':
      return places('>=', order.up)
    case 'after':
      return places('>', order.up)
    case 'until':
      return places('<=', order.down)
    case 'before':
      return places('<', order.down)
    case 'is_in':
      return `SELECT 1 FROM ${table} WHERE ${column} IN (SELECT value FROM json_each(+?))
        AND created_at = +? AND batch_pk = +? LIMIT 1`
  }
}
