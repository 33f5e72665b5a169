import type { JournaledOperation } from '../../model/operation.ts'
import type { Commit } from '../../model/sync/protocol.ts'
import { isStorable, storableCopy } from '../../model/text.ts'
import { CHANNEL, type Queryable } from './database.ts'
import { recordOp, recordOrdinal } from './conflicts.ts'
import type { Facts } from './facts.ts'
import type { Pending } from './ledger.ts'
import { putReplies, type Reply } from './replies.ts'
import { flushWaiting } from './second-tries.ts'
import { sql } from './sql.ts'
import { referredFirst, upsert } from './tables.ts'

/** Writes all that was decided, in a transaction that holds the sequencer. */
export async function flush(
  tx: Queryable,
  facts: Facts,
  pending: Pending,
  received_at: number,
): Promise<void> {
  const { commits, rows, chain, incarnations, closed, incidents, answers, replies, head } = pending
  for (const noun of referredFirst) {
    const changed = [...rows.values()].filter((row) => row.noun === noun)
    if (changed.length > 0) await tx.rows(upsert(noun, changed))
  }
  if (commits.length > 0) {
    await tx.rows(sql`
      INSERT INTO commits (seq, hash, op_id, txn_id, station_id, result, rows, conflicts, content, made_as, entry, received_at)
      SELECT seq, hash, op_id, txn_id, station_id, result, rows, conflicts, content, made_as, entry, ${received_at}::bigint
      FROM json_to_recordset(${JSON.stringify(commits.map(toStored))})
        AS t(seq bigint, hash text, op_id text, txn_id text, station_id text, result text, rows json, conflicts json,
          content text, made_as text, entry json)`)
    const conflicts = commits.flatMap(({ commit }) => conflictsOf(commit))
    if (conflicts.length > 0)
      await tx.rows(sql`
        INSERT INTO conflicts (seq, ordinal, kind, station_id, detail)
        SELECT seq, ordinal, kind, station_id, detail FROM json_to_recordset(${JSON.stringify(conflicts)})
          AS t(seq bigint, ordinal integer, kind text, station_id text, detail json)`)
  }
  if (replies.length > 0) await putReplies(tx, lastOfEach(replies))
  await flushWaiting(tx, pending)
  // An answer says nothing to a record that came up after it.
  if (answers.length > 0)
    await tx.rows(sql`
      UPDATE conflicts c SET answer = t.answer, undo = t.undo::json, awaits = NULL, waiting = NULL, due = false,
        decided_at = CASE WHEN t.answer IS NULL THEN NULL ELSE ${received_at}::bigint END
      FROM json_to_recordset(${JSON.stringify(lastAnswers(answers))}) AS t(op_id text, ordinal integer, seq bigint, answer text, undo text)
        JOIN commits m ON m.op_id = t.op_id AND m.seq < t.seq
      WHERE (c.seq, c.ordinal) = (m.seq, t.ordinal)`)
  if (incarnations.size > 0) {
    const opened = [...incarnations].map((id) => ({ id, ...facts.incarnations.known.get(id)! }))
    await tx.rows(sql`
      INSERT INTO incarnations (id, station_id, parent, last_n, last_hash)
      SELECT id, station_id, parent, last_n, last_hash FROM json_to_recordset(${JSON.stringify(opened)})
        AS t(id text, station_id text, parent json, last_n bigint, last_hash text)
      ON CONFLICT (id) DO UPDATE SET last_n = excluded.last_n, last_hash = excluded.last_hash`)
  }
  if (chain.length > 0)
    await tx.rows(sql`
      INSERT INTO chain (incarnation, n, hash, op_id)
      SELECT incarnation, n, hash, op_id FROM json_to_recordset(${JSON.stringify(chain)})
        AS t(incarnation text, n bigint, hash text, op_id text)`)
  for (const epoch of closed)
    await tx.rows(sql`INSERT INTO closed_epochs (epoch) VALUES (${epoch}) ON CONFLICT DO NOTHING`)
  for (const { kind, station_id, ...detail } of incidents)
    await tx.rows(sql`INSERT INTO incidents (kind, station_id, detail, reported_at)
      VALUES (${kind}, ${station_id}, ${JSON.stringify(detail)}, ${received_at})`)
  await tx.rows(sql`
    UPDATE headquarters SET epoch = ${head.epoch}, seq = ${head.seq}, hash = ${head.hash}, writes = writes + 1`)
  await tx.script(`NOTIFY ${CHANNEL}`)
}

function toStored({
  commit,
  known: { content, made_as },
  entry,
}: {
  readonly commit: Commit
  readonly known: { readonly content: string; readonly made_as: string }
  readonly entry: JournaledOperation
}): object {
  return { ...commit, content, made_as, entry: isStorable(entry) ? entry : storableCopy(entry) }
}

const conflictsOf = ({ seq, station_id, conflicts }: Commit) =>
  conflicts.flatMap((detail, ordinal) =>
    detail.kind === 'answered' ? [] : [{ seq, ordinal, kind: detail.kind, station_id, detail }],
  )

/** What was said to each record last. */
const lastAnswers = (answers: Pending['answers']) =>
  [...new Map(answers.map((said) => [said.id, said])).values()].map(({ id, seq, answer, undo }) => ({
    op_id: recordOp(id),
    ordinal: recordOrdinal(id),
    seq,
    answer,
    undo,
  }))

/** One statement may not write a row twice. */
const lastOfEach = (replies: readonly Reply[]) => [
  ...new Map(replies.map((reply) => [reply.fingerprint, reply])).values(),
]
