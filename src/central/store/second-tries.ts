import type { JournaledOperation } from '../../model/operation.ts'
import { idToCome, type Waiting } from '../../model/sync/again.ts'
import { understood } from '../../model/sync/judge.ts'
import type { Queryable } from './database.ts'
import { type Facts, nameOf, partsOf } from './facts.ts'
import type { Pending } from './pending.ts'
import { sql } from './sql.ts'

/** Second tries in one transaction, and read for one: what is left is done in transactions of its own (sequencer.ts). */
export const TRIES_MAX = 500

/** The row that a record waits for, as the facts name rows. */
export const awaitedBy = ({ noun, row_id }: Waiting) => nameOf(noun, row_id)

/** As the column `awaits` has it. */
const awaits = (row: string) => partsOf(row).join(':')

/** Records looked at in one go, when a program starts. */
const PAGE = 1_000

/**
 * Operations that an older program did not understand and this one does are due: to be called when a program starts.
 * @returns how many there are
 */
export async function dueByProgram(db: Queryable): Promise<number> {
  let due = 0
  for (let [seq, ordinal] = [0, 0]; ;) {
    const page = await db.rows<{
      seq: number
      ordinal: number
      operation: JournaledOperation['operation']
    }>(sql`
      SELECT seq, ordinal, waiting->'op'->'operation' AS operation FROM conflicts
      WHERE awaits LIKE 'operation:%' AND NOT due AND (seq, ordinal) > (${seq}::bigint, ${ordinal}::integer)
      ORDER BY seq, ordinal LIMIT ${PAGE}::bigint`)
    const known = page.filter(({ operation }) => understood(operation) !== undefined)
    if (known.length > 0)
      await db.rows(sql`
        UPDATE conflicts c SET due = true FROM unnest(${known.map((one) => one.seq)}::bigint[],
          ${known.map((one) => one.ordinal)}::integer[]) AS t(seq, ordinal)
        WHERE (c.seq, c.ordinal) = (t.seq, t.ordinal) AND awaits IS NOT NULL`)
    due += known.length
    const last = page.at(-1)
    if (last === undefined) return due
    ;[seq, ordinal] = [last.seq, last.ordinal]
  }
}

/** Records that waited for these rows before this transaction, the oldest first. */
async function readWaiting(db: Queryable, rows: readonly string[]): Promise<Map<string, Waiting[]>> {
  const groups = new Map(rows.map((row): [string, Waiting[]] => [row, []]))
  const found = await db.rows<{ waiting: Waiting }>(sql`
    SELECT waiting FROM (
      SELECT seq, ordinal, waiting, row_number() OVER (PARTITION BY awaits ORDER BY seq, ordinal) AS place
      FROM conflicts WHERE awaits = ANY(${rows.map(awaits)}::text[])
    ) first WHERE place <= ${TRIES_MAX}::bigint ORDER BY seq, ordinal`)
  for (const { waiting } of found) groups.get(awaitedBy(waiting))!.push(waiting)
  return groups
}

/** Records whose row came in an earlier transaction, the oldest first. */
async function readDue(db: Queryable): Promise<readonly Waiting[]> {
  const found = await db.rows<{ waiting: Waiting }>(sql`
    SELECT waiting FROM conflicts WHERE due AND awaits IS NOT NULL ORDER BY seq, ordinal LIMIT ${TRIES_MAX}`)
  return found.map(({ waiting }) => waiting)
}

export async function loadWaiting(db: Queryable, { waiting, due }: Facts): Promise<void> {
  if (waiting.missing.size > 0)
    for (const [row, records] of await readWaiting(db, [...waiting.missing])) waiting.known.set(row, records)
  for (const asked of due.missing) due.known.set(asked, await readDue(db))
}

/** Writes what waits from now on, and that rows came for which records wait. Before the answers are written, which end the waiting. */
export async function flushWaiting(tx: Queryable, { waiting, arrived }: Pending): Promise<void> {
  if (waiting.length > 0) {
    const stored = waiting.map((one) => ({
      seq: one.seq,
      ordinal: one.ordinal,
      awaits: awaits(awaitedBy(one)),
      waiting: one,
      makes: idToCome(one) ?? null,
    }))
    await tx.rows(sql`
      UPDATE conflicts c SET awaits = t.awaits, waiting = t.waiting, makes = t.makes
      FROM json_to_recordset(${JSON.stringify(stored)}) AS t(seq bigint, ordinal integer, awaits text, waiting json, makes text)
      WHERE (c.seq, c.ordinal) = (t.seq, t.ordinal)`)
  }
  if (arrived.length > 0)
    await tx.rows(sql`
      UPDATE conflicts SET due = true WHERE awaits = ANY(${arrived.map(awaits)}::text[])`)
}
