import { setImmediate as turn } from 'node:timers/promises'

import type { JournaledOperation } from '../../model/operation.ts'
import type { Commit } from '../../model/sync/protocol.ts'
import { isStorableJson, storableCopy } from '../../model/text.ts'
import { CHANNEL, type Queryable, type Transaction } from './database.ts'
import { recordOp, recordOrdinal } from './conflicts.ts'
import type { Facts } from './facts.ts'
import { type Filling, lineOf } from './filling.ts'
import type { Pending } from './pending.ts'
import { putReplies, type Reply } from './replies.ts'
import { flushWaiting } from './second-tries.ts'
import { type Query, sql } from './sql.ts'
import { fillingOf, referredFirst, upsert } from './tables.ts'

/** Changes that are worth a message of their own while more is decided. */
const ENOUGH = 200

/** Writes what is decided, in a transaction that holds the sequencer. */
export interface Writer {
  /** Sends what was decided so far, if it is enough. It cannot be undone after that. */
  send(): Promise<void>
  /** Settles when all that was sent is written: what is read then is what was decided, as far as it was sent. */
  written(): Promise<void>
  /** Writes all the rest. */
  finish(): Promise<void>
}

export function createWriter(tx: Transaction, facts: Facts, pending: Pending, received_at: number): Writer {
  const { commits, chain, rows, made } = pending
  let sending = Promise.resolve()
  let sent = { commits: 0, chain: 0 }

  function sendAll(): void {
    const names = [...rows.keys()]
    const fillings: Filling[] = []
    const changes: Query[] = []
    for (const noun of referredFirst) {
      const ofNoun = names.filter((id) => rows.get(id)!.noun === noun)
      const rowsOf = (isMade: boolean) =>
        ofNoun.filter((id) => made.has(id) === isMade).map((id) => rows.get(id)!)
      const [added, changed] = [rowsOf(true), rowsOf(false)]
      if (added.length > 0) fillings.push(fillingOf(noun, added))
      if (changed.length > 0) changes.push(upsert(noun, changed))
    }
    if (commits.length > sent.commits) fillings.push(commitsFilling(commits.slice(sent.commits), received_at))
    if (chain.length > sent.chain) fillings.push(chainFilling(chain.slice(sent.chain)))
    rows.clear()
    made.clear()
    sent = { commits: commits.length, chain: chain.length }
    sending = sending.then(async () => {
      await tx.fill(fillings)
      for (const change of changes) await tx.rows(change)
    })
    // Whoever waits for it hears of its failure.
    sending.catch(() => undefined)
  }

  return {
    async send() {
      if (commits.length - sent.commits < ENOUGH && chain.length - sent.chain < ENOUGH) return
      // What was sent last may have been written meanwhile: only then the next goes out at once.
      await turn()
      sendAll()
    },
    written: () => sending,
    async finish() {
      sendAll()
      await sending
      await flushRest(tx, facts, pending, received_at)
    },
  }
}

const commitColumns = [
  'seq',
  'hash',
  'op_id',
  'txn_id',
  'station_id',
  'result',
  'rows',
  'conflicts',
  'content',
  'made_as',
  'entry',
  'received_at',
] as const

function commitsFilling(commits: Pending['commits'], received_at: number): Filling {
  let lines = ''
  for (const { commit, known, entry, written } of commits)
    lines += lineOf([
      commit.seq,
      commit.hash,
      commit.op_id,
      commit.txn_id,
      commit.station_id,
      commit.result,
      written?.rows.text ?? JSON.stringify(commit.rows),
      JSON.stringify(commit.conflicts),
      known.content,
      known.made_as,
      storableText(written?.entry.text ?? JSON.stringify(entry), entry),
      received_at,
    ])
  return { table: 'commits', columns: commitColumns, lines }
}

const storableText = (text: string, entry: JournaledOperation) =>
  isStorableJson(text, entry) ? text : JSON.stringify(storableCopy(entry))

function chainFilling(chain: Pending['chain']): Filling {
  let lines = ''
  for (const { incarnation, n, hash, op_id } of chain) lines += lineOf([incarnation, n, hash, op_id])
  return { table: 'chain', columns: ['incarnation', 'n', 'hash', 'op_id'], lines }
}

/** What comes after the changes and is little. */
async function flushRest(tx: Queryable, facts: Facts, pending: Pending, received_at: number): Promise<void> {
  const { commits, incarnations, closed, incidents, answers, replies, head } = pending
  const conflicts = commits.flatMap(({ commit }) => conflictsOf(commit))
  if (conflicts.length > 0)
    await tx.rows(sql`
      INSERT INTO conflicts (seq, ordinal, kind, station_id, detail)
      SELECT seq, ordinal, kind, station_id, detail FROM json_to_recordset(${JSON.stringify(conflicts)})
        AS t(seq bigint, ordinal integer, kind text, station_id text, detail json)`)
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
  for (const epoch of closed)
    await tx.rows(sql`INSERT INTO closed_epochs (epoch) VALUES (${epoch}) ON CONFLICT DO NOTHING`)
  for (const { kind, station_id, ...detail } of incidents)
    await tx.rows(sql`INSERT INTO incidents (kind, station_id, detail, reported_at)
      VALUES (${kind}, ${station_id}, ${JSON.stringify(detail)}, ${received_at})`)
  await tx.rows(sql`
    UPDATE headquarters SET epoch = ${head.epoch}, seq = ${head.seq}, hash = ${head.hash}, writes = writes + 1`)
  await tx.script(`NOTIFY ${CHANNEL}`)
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
