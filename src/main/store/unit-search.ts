import { fold } from '../../model/identifier.ts'
import type { ReadableDb } from './database.ts'
import { type Filter, onlyTested, plain } from './filters.ts'
import { startOf } from './walks.ts'
import { readWaiting, searchFor } from './search.ts'
import { among, type Query, sql } from './sql.ts'

/** Batches whose units are looked through one by one; with more of them, a walk in the units' own order soon meets matches. */
const BATCHES_MAX = 2_000

/**
 * The filter that a unit's serial number contains a text, for a query in which units are called `u`.
 * A rare text is looked up in the search of batches, which knows where its units are; units without a batch are in no search
 * and are compared one by one. A common text is compared on the way.
 */
export function serialContains(db: ReadableDb, text: string): Filter {
  const term = fold(text)
  const search = searchFor(db, readWaiting(db), term)
  if (search === undefined) return plain(sql`FALSE`)
  if (search.estimate > BATCHES_MAX) return onlyTested(sql`instr(u.key, ${term}) > 0`)
  const batch_pks: number[] = []
  for (const run = search.open('asc', startOf('asc')); !run.ended; run.next()) batch_pks.push(run.batch_pk)
  return plain(sql`u.pk IN (
    SELECT m.pk FROM units m WHERE m.batch_pk IN (SELECT value FROM json_each(${JSON.stringify(batch_pks)})) AND instr(m.key, ${term}) > 0
    UNION ALL SELECT m.pk FROM units m WHERE m.batch_pk IS NULL AND instr(m.key, ${term}) > 0)`)
}

/** The condition that a unit, called `u`, is in one of these batches; the empty string stands for units without one. */
export function inBatch(numbers: readonly string[]): Query {
  const named = numbers.filter((number) => number !== '')
  const inNamed = sql`u.batch_pk IN (SELECT pk FROM batches WHERE key IN ${among(named.map(fold))})`
  if (named.length === numbers.length) return inNamed
  return named.length === 0 ? sql`u.batch_pk IS NULL` : sql`(u.batch_pk IS NULL OR ${inNamed})`
}
