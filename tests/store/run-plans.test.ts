import { afterAll, beforeAll, expect, test } from 'vitest'

import { parseQuery } from '../../src/http/target.ts'
import { type Database, openDatabase } from '../../src/main/store/database.ts'
import { migrate } from '../../src/main/store/migrate.ts'
import { listRuns } from '../../src/main/store/run-list.ts'
import type { Query } from '../../src/main/store/sql.ts'
import { runEndpoints } from '../../src/model/run.ts'

let database: Database

/** 2,000 runs of 1,000 units: to 100 of them every filter finds many. */
beforeAll(() => {
  database = openDatabase(':memory:')
  migrate(database)
  database.execute(`
    INSERT INTO parts (pk, id, number, key, name, created_at) VALUES (1, 'p', 'P', 'p', 'Board', 0);
    INSERT INTO revisions (pk, id, part_pk, number, key, created_at) VALUES (1, 'r', 1, 'A', 'a', 0);
    INSERT INTO procedures (pk, id, name, created_at) VALUES (1, 'q', 'FCT', 0), (2, 'o', 'ICT', 0);
    INSERT INTO units (id, serial_number, key, revision_pk, created_at)
    WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 999)
    SELECT 'u' || i, 'SN-' || i, 'sn-' || i, 1, i FROM n;
    INSERT INTO runs (id, unit_pk, procedure_pk, outcome, started_at, ended_at, made_unit, created_at)
    WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 1999)
    SELECT 't' || i, 1 + i % 1000, 1 + i % 2, iif(i % 4, 'PASS', 'FAIL'), i * 7 % 2000, i * 7 % 2000 + i, 0, i FROM n;`)
})
afterAll(() => database.close())

const lists = new Set(['outcomes', 'procedure_ids', 'operated_by_ids', 'serial_numbers', 'part_numbers'])

/** The statement that finds the page, in words of EXPLAIN QUERY PLAN. */
function planOf(text: string): string[] {
  const asked: Query[] = []
  const query = runEndpoints.list.query.parse(parseQuery(text, lists))
  listRuns({ ...database, rows: (one) => (asked.push(one), database.rows(one)) }, query, 100)
  const { text: statement, values } = asked.at(-1)!
  return database
    .all<{ detail: string }>({ text: `EXPLAIN QUERY PLAN ${statement}`, values })
    .map(({ detail }) => detail)
}

test.for([
  'sort_by=started_at',
  'sort_by=started_at&sort_order=asc',
  'sort_by=created_at',
  'sort_by=duration',
  'sort_by=outcome',
  'sort_by=serial_number',
  'sort_by=serial_number&sort_order=asc',
  'sort_by=part_number',
  'sort_by=part_number&sort_order=asc',
  'sort_by=revision_number',
  'cursor=1000',
  'created_after=1970-01-01T00:00:00Z',
  'started_after=1970-01-01T00:00:00Z&started_before=1970-01-01T00:00:02Z',
  'search_query=sn',
  'procedure_ids=q',
  'procedure_ids=q&outcomes=FAIL',
  'procedure_ids=q&outcomes=FAIL&sort_order=asc&started_after=1970-01-01T00:00:00.100Z',
  'procedure_ids=q&sort_by=outcome',
  'outcomes=FAIL&sort_by=outcome&started_before=1970-01-01T00:00:02Z',
  'procedure_ids=q&sort_by=duration',
  'procedure_ids=q&sort_by=serial_number',
  'part_numbers=P&sort_by=part_number',
  'part_numbers=P&sort_by=revision_number&sort_order=asc',
])('a page of runs with %s is read off an index, and nothing is sorted', (text) => {
  const plan = planOf(text)
  expect(plan.length).toBeGreaterThan(0)
  expect(plan.filter((step) => /TEMP B-TREE|SCAN t$/.test(step))).toEqual([])
})

test.for([
  ['procedure_ids=q&outcomes=FAIL', 'SEARCH t USING COVERING INDEX runs_by_procedure_and_outcome'],
  ['sort_by=serial_number', 'SCAN o USING INDEX tested_units_by_key'],
  ['sort_by=part_number', 'SEARCH o USING INDEX tested_units_by_revision'],
] as const)('a page of runs with %s goes along the index made for it', ([text, step]) => {
  expect(planOf(text).join('; ')).toContain(step)
})

test('of several values with an index, only the first runs of each are sorted', () => {
  const plan = planOf('procedure_ids=q&procedure_ids=o&outcomes=FAIL').join('; ')
  expect(plan.match(/SEARCH t USING COVERING INDEX runs_by_procedure_and_outcome/g)).toHaveLength(2)
  expect(plan).toContain('SEARCH t USING INTEGER PRIMARY KEY')
})

test('a filter that many runs pass, but none soon, is fetched by its index once the walk has cost as much', () => {
  const asked: string[] = []
  // 400 runs, all at the end of this order.
  const query = runEndpoints.list.query.parse(
    parseQuery('started_before=1970-01-01T00:00:00.399Z&sort_by=created_at', lists),
  )
  const db = { ...database, rows: (one: Query) => (asked.push(one.text), database.rows<[number]>(one)) }
  const { data } = listRuns(db as typeof database, { ...query, limit: 50, procedure_ids: ['q'] }, 50)
  expect(data).toHaveLength(50)
  expect(asked.length).toBeGreaterThan(3)
})

test.for([
  ['started_after=1970-01-01T00:00:01.990Z&sort_by=duration', 'runs_by_start'],
  ['started_after=1970-01-01T00:00:01.990Z&sort_by=serial_number', 'runs_by_start'],
  ['duration_max=PT0.01S&outcomes=FAIL', 'runs_by_duration'],
  ['serial_numbers=sn-7&outcomes=FAIL', 'runs_by_unit'],
] as const)('the few runs with %s are fetched by %s, and only those are sorted', ([text, index]) => {
  expect(planOf(text).join('; ')).toMatch(new RegExp(`^SEARCH t USING (COVERING )?INDEX ${index}`))
})
