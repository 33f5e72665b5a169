import { nouns, referenceOf } from '../../model/decide/nouns.ts'
import type { Noun, Row, Value } from '../../model/state.ts'
import { insertMany, type Query, type SqlValue } from './sql.ts'

/** How a field stands in its column: as it is, or as JSON, where NULL stands for an empty map. */
type Column = 'text' | 'integer' | 'map'

/**
 * How rows of a noun stand in their table. The rest follows from the rules of the noun (model/decide/nouns.ts): a column
 * for the name, `key` where it is unique, and for each reference `…_id` a column `…_pk`.
 */
interface Shape {
  readonly table: string
  /** Fields that are no references. */
  readonly fields: Readonly<Record<string, Column>>
  /** A deleted row keeps its place with `removed = 1`, because others go on showing its name. */
  readonly stays?: true
  /** The column that says in which batch the row is found by its key. */
  readonly searched_in?: 'pk' | 'batch_pk'
}

/** Every noun of this store, in an order in which nothing refers to what comes later. */
export const shapes: Readonly<Record<Noun, Shape>> = {
  station: { table: 'stations', fields: { image_id: 'text', team_id: 'text' }, stays: true },
  part: { table: 'parts', fields: { name: 'text' } },
  revision: { table: 'revisions', fields: { image_id: 'text' } },
  batch: { table: 'batches', fields: {}, searched_in: 'pk' },
  unit: { table: 'units', fields: { sample: 'text', metadata: 'map' }, searched_in: 'batch_pk' },
  procedure: { table: 'procedures', fields: {} },
  version: { table: 'versions', fields: {} },
  link: { table: 'procedure_links', fields: {} },
  run: {
    table: 'runs',
    fields: {
      outcome: 'text',
      started_at: 'integer',
      ended_at: 'integer',
      docstring: 'text',
      operated_by_id: 'text',
      made_unit: 'integer',
      payload: 'text',
      metadata: 'map',
    },
  },
  attachment: { table: 'attachments', fields: { sha256: 'text', size: 'integer', content_type: 'text' } },
}

export const referredFirst = Object.keys(shapes) as readonly Noun[]

const perNoun = <Made>(make: (noun: Noun) => Made) =>
  Object.fromEntries(referredFirst.map((noun) => [noun, make(noun)])) as Readonly<Record<Noun, Made>>

const pkColumn = (field: string) => field.replace(/_id$/, '_pk')
const pkIn = (table: string) => `(SELECT pk FROM ${table} WHERE id = +?)`
const pkOf = (noun: Noun) => pkIn(shapes[noun].table)

/** A column that is written: the value that stands for it in a statement, and what of the row it is. */
interface Written {
  readonly column: string
  readonly bound: string
  readonly value: (row: Row) => SqlValue
  /** The value is an id of this table, and the column holds its pk. */
  readonly pk_in?: string
}

/** What of a row may change after it was made. */
const changing = perNoun((noun): readonly Written[] => {
  const { label, unique, references } = nouns[noun]
  return [
    ...(label === 'id' ? [] : [{ column: label, bound: '+?', value: (row: Row) => row.name }]),
    ...(unique ? [{ column: 'key', bound: '+?', value: (row: Row) => row.key }] : []),
    ...references.map(({ field, noun: target }) =>
      named(pkColumn(field), shapes[target].table, (row) => plain(row.fields[field])),
    ),
    ...Object.entries(shapes[noun].fields).map(([column, type]) => ({
      column,
      bound: '+?',
      value: (row: Row) => (type === 'map' ? mapText(row.fields[column]) : plain(row.fields[column])),
    })),
  ]
})

function named(column: string, pk_in: string, value: Written['value']): Written {
  return { column, bound: pkIn(pk_in), value, pk_in }
}

/** What is written of a row that was not there before. */
const making = perNoun((noun): readonly Written[] => [
  { column: 'id', bound: '+?', value: ({ id }) => id },
  { column: 'created_at', bound: '+?', value: ({ created_at }) => created_at },
  named('created_by_user_pk', 'users', (row) => row.created_by_user_id),
  named('created_by_station_pk', 'stations', (row) => row.created_by_station_id),
  ...changing[noun],
])

const plain = (value: Value | undefined) => (value ?? null) as string | number | null

function mapText(map: Value | undefined): string | null {
  return map === undefined || map === null || Object.keys(map).length === 0 ? null : JSON.stringify(map)
}

/** What stands in the tables of one row. */
export interface Standing {
  readonly pk: number
  readonly key: string
  /** The batch whose search text the key belongs to: the unit's batch, or the batch itself. */
  readonly batch_pk: number | null
}

const standing = perNoun((noun) => {
  const { searched_in = 'NULL' } = shapes[noun]
  return `pk, ${nouns[noun].unique ? 'key' : 'id AS key'}, ${searched_in} AS batch_pk`
})

const standings = perNoun((noun) => `SELECT ${standing[noun]} FROM ${shapes[noun].table} WHERE id = +?`)

export const readStanding = (noun: Noun, id: string): Query => ({ text: standings[noun], values: [id] })

const insertHeads = perNoun(
  (noun) => `INSERT INTO ${shapes[noun].table} (${making[noun].map(({ column }) => column).join(', ')})`,
)
const inserts = perNoun(
  (noun) => `${insertHeads[noun]} VALUES (${making[noun].map(({ bound }) => bound).join(', ')})`,
)
const insertsRead = perNoun((noun) => `${inserts[noun]} RETURNING ${standing[noun]}`)

export function insertRow(row: Row, texts = inserts): Query {
  return { text: texts[row.noun], values: making[row.noun].map(({ value }) => value(row)) }
}

/** Returns how the row stands then. */
export const insertAndRead = (row: Row): Query => insertRow(row, insertsRead)

/** The ids that these rows name, by the table in which they are. */
export function idsNamed(noun: Noun, rows: readonly Row[]): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>()
  for (const { value, pk_in } of making[noun]) {
    if (pk_in === undefined) continue
    const ids = found.get(pk_in) ?? new Set()
    for (const row of rows) {
      const id = value(row)
      if (id !== null) ids.add(id as string)
    }
    if (ids.size > 0) found.set(pk_in, ids)
  }
  return found
}

/**
 * Many rows of a noun, of which none stands in the tables.
 * @param pks of the ids that they name; where one has none yet, its column stays empty
 */
export function insertRows(
  noun: Noun,
  rows: readonly Row[],
  pks: ReadonlyMap<string, ReadonlyMap<string, number>>,
): Query[] {
  const of = making[noun].map(({ value, pk_in }) => {
    const known = pk_in === undefined ? undefined : pks.get(pk_in)
    return pk_in === undefined ? value : (row: Row) => known?.get(value(row) as string) ?? null
  })
  return insertMany(
    insertHeads[noun],
    rows.map((row) => of.map((value) => value(row))),
  )
}

const updates = perNoun((noun) => {
  const { table, stays } = shapes[noun]
  const set = changing[noun].map(({ column, bound }) => `${column} = ${bound}`)
  return `UPDATE ${table} SET ${[...set, ...(stays ? ['removed = 0'] : [])].join(', ')} WHERE pk = +?
    RETURNING ${standing[noun]}`
})

/** Returns how the row stands then. */
export function updateRow(row: Row, pk: number): Query {
  return { text: updates[row.noun], values: [...changing[row.noun].map(({ value }) => value(row)), pk] }
}

const removals = perNoun((noun) => {
  const { table, stays } = shapes[noun]
  return stays ? `UPDATE ${table} SET removed = 1 WHERE id = +?` : `DELETE FROM ${table} WHERE id = +?`
})

export const removeRow = (noun: Noun, id: string): Query => ({ text: removals[noun], values: [id] })

const releases = perNoun((noun) => `UPDATE ${shapes[noun].table} SET key = '~' || id WHERE id = +?`)

/** Gives the key away for a moment, so that rows of one decision can swap theirs. `~` is in no identifier. */
export const releaseKey = (noun: Noun, id: string): Query => ({ text: releases[noun], values: [id] })

const renames = perNoun((noun) => `UPDATE ${shapes[noun].table} SET id = +? WHERE id = +?`)

/** The row stands for another one from now on: what refers to it refers to that one. */
export const renameRow = (noun: Noun, id: string, heir: string): Query => ({
  text: renames[noun],
  values: [heir, id],
})

/** Rows that arrive together may refer to one of their own table that was written after them. */
export function placeAmongOwn(row: Row): Query[] {
  return nouns[row.noun].references.flatMap(({ field, noun }) => {
    const target = row.fields[field]
    if (noun !== row.noun || typeof target !== 'string') return []
    const column = pkColumn(field)
    const text = `UPDATE ${shapes[noun].table} SET ${column} = ${pkOf(noun)} WHERE id = +? AND ${column} IS NULL`
    return [{ text, values: [target, row.id] }]
  })
}

const selects = perNoun((noun) => {
  const { label, unique, scope, references } = nouns[noun]
  const { table, fields } = shapes[noun]
  const idIn = (target: Noun, field: string) =>
    `(SELECT id FROM ${shapes[target].table} WHERE pk = row.${pkColumn(field)})`
  const columns = [
    'row.id',
    `row.${label} AS called`,
    unique ? 'row.key' : 'row.id AS key',
    `${scope === null ? "''" : idIn(referenceOf(noun, scope)!.noun, scope)} AS scope`,
    'row.created_at',
    '(SELECT id FROM users WHERE pk = row.created_by_user_pk) AS created_by_user_id',
    '(SELECT id FROM stations WHERE pk = row.created_by_station_pk) AS created_by_station_id',
    ...references.map(({ field, noun: target }) => `${idIn(target, field)} AS ${field}`),
    ...Object.keys(fields).map((field) => `row.${field}`),
  ]
  return `SELECT ${columns.join(', ')} FROM ${table} row`
})

const selections = new Map<string, string>()

/** One text per noun and condition, so that each is prepared once. */
function selection(what: string, select: string, noun: Noun, condition: Query): Query {
  const name = `${what} ${noun} ${condition.text}`
  let text = selections.get(name)
  if (text === undefined) {
    const live = shapes[noun].stays ? ' AND row.removed = 0' : ''
    selections.set(name, (text = `${select} WHERE ${condition.text}${live}`))
  }
  return { text, values: condition.values }
}

/** Reads the live rows, called `row`, that a condition is true of. */
export const selectRows = (noun: Noun, condition: Query) => selection('rows', selects[noun], noun, condition)

const selectsOfIds = perNoun((noun) => `SELECT row.id FROM ${shapes[noun].table} row`)

/** Their ids alone. */
export const selectIds = (noun: Noun, condition: Query) =>
  selection('ids', selectsOfIds[noun], noun, condition)

/** The rows of `noun` whose reference `field` is `id`. */
export function referringTo(noun: Noun, field: string, id: string): Query {
  const reference = referenceOf(noun, field)
  if (reference === undefined) throw new Error(`${noun} has no reference ${field}`)
  return { text: `row.${pkColumn(field)} = ${pkOf(reference.noun)}`, values: [id] }
}

/** The row of `noun` that holds a key; undefined where names are free. */
export function holding(noun: Noun, scope: string, key: string): Query | undefined {
  const rules = nouns[noun]
  if (!rules.unique) return undefined
  if (rules.scope === null) return { text: 'row.key = +?', values: [key] }
  const within = referringTo(noun, rules.scope, scope)
  return { text: `${within.text} AND row.key = +?`, values: [...within.values, key] }
}

export type Found = Pick<
  Row,
  'id' | 'key' | 'scope' | 'created_at' | 'created_by_user_id' | 'created_by_station_id'
> & { readonly called: string } & Readonly<Record<string, Value>>

const fieldsOf = perNoun((noun) => [
  ...nouns[noun].references.map(({ field }) => ({ field, type: 'text' })),
  ...Object.entries(shapes[noun].fields).map(([field, type]) => ({ field, type })),
])

/** Rows carry no marks here: those stand in `row_marks`. */
export function toRow(noun: Noun, found: Found): Row {
  const { id, called, key, scope, created_at, created_by_user_id, created_by_station_id } = found
  const fields: Record<string, Value> = {}
  for (const { field, type } of fieldsOf[noun])
    fields[field] =
      type === 'map' ? (JSON.parse((found[field] as string | null) ?? '{}') as Value) : found[field]!
  return {
    noun,
    id,
    name: called,
    key,
    scope,
    created_at,
    created_by_user_id,
    created_by_station_id,
    deleted: false,
    into: null,
    fields,
    marks: {},
  }
}
