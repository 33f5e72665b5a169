import { expect } from 'vitest'

import type { Database } from '../../src/main/store/database.ts'
import { sql, type SqlValue } from '../../src/main/store/sql.ts'
import { viewOf } from '../../src/main/store/synced.ts'
import type { Row } from '../../src/model/state.ts'
import { canonical } from '../../src/model/sync/chain.ts'
import { difference, liveRows, recordsOf, type Twin } from './twin.ts'

const columns = (db: Database, table: string) =>
  db
    .all<{ name: string }>({ text: `SELECT name FROM pragma_table_info('${table}')`, values: [] })
    .map(({ name }) => name)

export const tablesOf = (db: Database) =>
  db
    .all<{ name: string }>(
      sql`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`,
    )
    .map(({ name }) => name)

const named: Readonly<Record<string, string>> = {
  user: 'users',
  station: 'stations',
  created_by_user: 'users',
  created_by_station: 'stations',
  part: 'parts',
  revision: 'revisions',
  batch: 'batches',
  unit: 'units',
  parent: 'units',
  procedure: 'procedures',
  last_procedure: 'procedures',
  version: 'versions',
  run: 'runs',
  last_run: 'runs',
}

/** A row that is kept as JSON, in whatever order its fields were written. */
const ordered = (text: SqlValue) => (typeof text === 'string' ? canonical(JSON.parse(text) as Row) : text)

/** All rows of a table, as text, with rows named by their ids. The search is compared by what it finds. */
function dump(db: Database, table: string): string[] {
  const shown = columns(db, table)
    .filter((column) => column !== 'pk' && !(table === 'users' && column === 'created_at'))
    .map((column) => {
      // When somebody was made who is only known to have made something, nobody knows.
      if (table === 'stations' && column === 'created_at') return 'iif(removed, 0, created_at) AS created_at'
      if (!column.endsWith('_pk') || column === 'author_pk') return column
      return `(SELECT id FROM ${named[column.slice(0, -3)]} named WHERE named.pk = t.${column}) AS ${column}`
    })
  return db
    .rows<SqlValue[]>({ text: `SELECT ${shown.join(', ')} FROM ${table} t`, values: [] })
    .map((row) => JSON.stringify(row.map((value, at) => (shown[at] === 'row' ? ordered(value) : value))))
    .sort()
}

const notDumped = new Set(['search', 'search_pending', 'search_gone', 'origins', 'row_marks', 'meta'])

/** They hold the same, table for table, whatever numbers rows have inside. */
export function expectSame(first: Twin, paged: Twin, seed: number): void {
  const { db } = paged
  const view = viewOf(db, paged.synced)
  const live = liveRows(db)
  const base = live.flatMap((row) => view.base.get(row.noun, row.id) ?? [])
  expect(difference(first, { view, base, live, records: recordsOf(db) }), `seed ${seed}`).toBe(undefined)
  for (const table of tablesOf(db).filter((name) => !notDumped.has(name)))
    expect(dump(first.db, table), `seed ${seed}: ${table}`).toEqual(dump(db, table))
  expect(first.db.all(sql`PRAGMA foreign_key_check`)).toEqual([])
  expect(first.db.all(sql`PRAGMA integrity_check`)).toEqual([{ integrity_check: 'ok' }])
  const schema = sql`SELECT type, name, sql FROM sqlite_schema ORDER BY type, name`
  expect(first.db.all(schema)).toEqual(db.all(schema))
}
