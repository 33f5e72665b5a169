import { nouns } from '../../model/decide/nouns.ts'
import type { Noun, Row, Value } from '../../model/state.ts'
import { type Filling, lineOf } from './filling.ts'
import { type Query, name, sql } from './sql.ts'

/** How rows of a noun stand in their table. What the name is called and what its key is unique within, the noun's rules say. */
interface Shape {
  readonly table: string
  readonly fields: Readonly<Record<string, 'text' | 'integer' | 'bigint' | 'json'>>
}

export const shapes: Readonly<Record<Noun, Shape>> = {
  station: { table: 'stations', fields: { image_id: 'text', team_id: 'text' } },
  part: { table: 'parts', fields: { name: 'text' } },
  revision: { table: 'revisions', fields: { part_id: 'text', image_id: 'text' } },
  batch: { table: 'batches', fields: {} },
  unit: {
    table: 'units',
    fields: { revision_id: 'text', batch_id: 'text', parent_id: 'text', sample: 'text', metadata: 'json' },
  },
  procedure: { table: 'procedures', fields: {} },
  version: { table: 'versions', fields: { procedure_id: 'text' } },
  link: { table: 'procedure_links', fields: { station_id: 'text', procedure_id: 'text' } },
  run: {
    table: 'runs',
    fields: {
      unit_id: 'text',
      procedure_id: 'text',
      version_id: 'text',
      outcome: 'text',
      started_at: 'bigint',
      ended_at: 'bigint',
      docstring: 'text',
      operated_by_id: 'text',
      made_unit: 'integer',
      payload: 'text',
      metadata: 'json',
    },
  },
  attachment: {
    table: 'attachments',
    fields: { sha256: 'text', size: 'bigint', content_type: 'text', unit_id: 'text', run_id: 'text' },
  },
}

/** Nouns in an order in which nothing refers to what comes later. */
export const referredFirst = Object.keys(shapes) as readonly Noun[]

const common = {
  id: 'text',
  key: 'text',
  pk: 'bigint',
  created_at: 'bigint',
  created_by_user_id: 'text',
  created_by_station_id: 'text',
  deleted: 'boolean',
  into_id: 'text',
  marks: 'json',
}
const columnsOf = (noun: Noun) => ({ ...common, [nouns[noun].label]: 'text', ...shapes[noun].fields })

/** What reads the rows of a noun; a condition follows. */
export const selects = Object.fromEntries(
  referredFirst.map((noun) => [
    noun,
    name(`SELECT ${Object.keys(columnsOf(noun)).join(', ')} FROM ${shapes[noun].table}`),
  ]),
) as Readonly<Record<Noun, Query>>

type Stored = Readonly<Record<string, Value>> & { readonly marks: Row['marks'] }

export function toRow(noun: Noun, stored: unknown): Row {
  const { label, scope } = nouns[noun]
  const { fields } = shapes[noun]
  const found = stored as Stored & Row & { readonly into_id: string | null }
  const { id, key, created_at, created_by_user_id, created_by_station_id, deleted, into_id, marks } = found
  return {
    noun,
    id,
    name: (found as Stored)[label] as string,
    key,
    scope: scope === null ? '' : ((found as Stored)[scope] as string),
    created_at,
    created_by_user_id,
    created_by_station_id,
    deleted,
    into: into_id,
    fields: Object.fromEntries(Object.keys(fields).map((field) => [field, (found as Stored)[field] ?? null])),
    marks,
  }
}

function toStored(row: Row): Readonly<Record<string, Value | Row['marks']>> {
  const { id, name: label, key, created_at, created_by_user_id, created_by_station_id, deleted, into } = row
  return {
    id,
    key,
    pk: row.marks['created']?.seq ?? 0,
    created_at,
    created_by_user_id,
    created_by_station_id,
    deleted,
    into_id: into,
    marks: row.marks,
    [nouns[row.noun].label]: label,
    ...row.fields,
  }
}

const upserts = Object.fromEntries(
  referredFirst.map((noun) => {
    const columns = columnsOf(noun)
    const names = Object.keys(columns).join(', ')
    const changing = Object.keys(columns).filter((column) => !['id', 'pk', 'created_at'].includes(column))
    return [
      noun,
      [
        `INSERT INTO ${shapes[noun].table} (${names}) SELECT ${names} FROM json_to_recordset(`,
        `) AS t(${Object.entries(columns)
          .map(([column, type]) => `${column} ${type}`)
          .join(', ')}) ON CONFLICT (id) DO UPDATE SET ${changing
          .map((column) => `${column} = excluded.${column}`)
          .join(', ')}`,
      ],
    ]
  }),
) as unknown as Readonly<Record<Noun, readonly [string, string]>>

/** Rows of one noun that its table does not have. */
export function fillingOf(noun: Noun, rows: readonly Row[]): Filling {
  const columns = Object.keys(columnsOf(noun))
  let lines = ''
  for (const row of rows) {
    const stored = toStored(row)
    lines += lineOf(columns.map((column) => textual(stored[column] ?? null)))
  }
  return { table: shapes[noun].table, columns, lines }
}

const textual = (value: Value | Row['marks']) =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : value

/** Writes rows of one noun as they are now. */
export function upsert(noun: Noun, rows: readonly Row[]): Query {
  const [before, after] = upserts[noun]
  return sql`${name(before)}${JSON.stringify(rows.map(toStored))}${name(after)}`
}
