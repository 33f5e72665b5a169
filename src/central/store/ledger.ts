import { answerOf } from '../../model/conflict-answers.ts'
import { nouns } from '../../model/decide/nouns.ts'
import type { JournaledOperation, Operation } from '../../model/operation.ts'
import type { Conflict, Noun, Row } from '../../model/state.ts'
import { GENESIS } from '../../model/sync/chain.ts'
import { idToCome, type Waiting } from '../../model/sync/again.ts'
import type { HeadquartersStore } from '../../model/sync/headquarters.ts'
import { ask, type Fact, type Facts, nameOf, type Recorded } from './facts.ts'
import { type Head, newPending, type Pending } from './pending.ts'
import type { KnownReply, Reply } from './replies.ts'
import { awaitedBy, TRIES_MAX } from './second-tries.ts'

/** What headquarters' rules run over, and what else is known here. */
export interface CentralStore extends HeadquartersStore {
  /** When a position was given, 0 if there is none. */
  receivedAt(seq: number): number
  /** A conflict record, as the answers so far leave it. */
  record(id: string): Recorded | undefined
  /** What was answered to a request before. */
  reply(fingerprint: string): KnownReply | undefined
  keepReply(reply: Reply): void
}

export interface Ledger {
  readonly pending: Pending
  /** The port that deciding runs over. @param entryOf what was asked, for the record */
  store(entryOf: (op_id: string) => JournaledOperation): CentralStore
  /** Remembers this moment; calling what it returns undoes everything since. */
  mark(): () => void
  /** What was done so far is not undone any more. */
  keep(): void
  /** More waits for rows that are there than one transaction tries again. */
  readonly isBehind: boolean
}

/**
 * The facts and what was decided on top of them, as one store for headquarters' rules.
 * @param received_at when what is decided here gets its place
 */
export function createLedger(facts: Facts, head: Head, received_at: number): Ledger {
  const undo: (() => void)[] = []
  /** What facts were before; most of what is to be undone, and so no functions. */
  const changes: { readonly known: Map<string, unknown>; readonly name: string; readonly before: unknown }[] =
    []
  const pending = newPending(head)

  function set<Value>({ known }: Fact<Value>, name: string, value: Value | null): void {
    changes.push({ known, name, before: known.get(name) })
    known.set(name, value)
  }

  function refer(name: string, id: string, belongs: boolean): void {
    const before = facts.references.known.get(name)
    // A set that was never read is read whole when it is asked for, and then corrected by what is pending (sequencer.ts).
    if (!before || before.has(id) === belongs) return
    const after = new Set(before)
    if (belongs) after.add(id)
    else after.delete(id)
    set(facts.references, name, after)
  }

  function put(row: Row): void {
    const id = nameOf(row.noun, row.id)
    const stored = facts.rows.known.get(id)
    const before = stored ?? undefined
    if (stored === null) {
      pending.made.add(id)
      undo.push(() => void pending.made.delete(id))
    }
    set(facts.rows, id, row)
    set(facts.ids, row.id, true)
    if (before === undefined && awaitsAny()) pending.arrived.push(id)
    const earlier = pending.rows.get(id)
    undo.push(() => void (earlier === undefined ? pending.rows.delete(id) : pending.rows.set(id, earlier)))
    pending.rows.set(id, row)
    if (before && isLive(before)) {
      const held = nameOf(row.noun, before.scope, before.key)
      if ((facts.holders.known.get(held) ?? row.id) === row.id) set(facts.holders, held, null)
    }
    if (isLive(row)) set(facts.holders, nameOf(row.noun, row.scope, row.key), row.id)
    for (const name of before ? referencesOf(before) : []) refer(name, row.id, false)
    for (const name of referencesOf(row)) refer(name, row.id, true)
  }

  /** The record is asked for here, so that it is known before it is answered: work over what is missing runs again. */
  function answer(said: Conflict, seq: number): void {
    const { id, ...given } = answerOf(said)
    pending.answers.push({ id, seq, ...given })
    const record = ask(facts.records, id)
    if (record !== undefined)
      set(facts.records, id, { ...record, answer: given.answer, undo: JSON.parse(given.undo) as Operation[] })
  }

  const awaitsAny = () => head.waiting || pending.waiting.length > 0

  /** Of those that wait for rows which are there, the one that came first. */
  function nextDue(): Waiting | undefined {
    if (!awaitsAny() || pending.tried.length >= TRIES_MAX) return undefined
    const arrived = new Set(pending.arrived)
    const stored = head.waiting
      ? [ask(facts.due, 'all') ?? [], ...pending.arrived.map((row) => ask(facts.waiting, row) ?? [])]
      : []
    const tried = new Set(pending.tried)
    const isAnswered = ({ id, seq }: Waiting) => pending.answers.some((one) => one.id === id && one.seq > seq)
    const isDue = (one: Waiting) => !tried.has(one.id) && !isAnswered(one)
    let first: Waiting | undefined
    const due = [stored, pending.waiting.filter((one) => arrived.has(awaitedBy(one)))].flat(2)
    for (const one of due) if (isDue(one) && (first === undefined || isBefore(one, first))) first = one
    return first
  }

  const rowAt = (noun: Noun, id: string) => ask(facts.rows, nameOf(noun, id))
  const rowsAt = (noun: Noun, field: string, id: string) =>
    [...(ask(facts.references, nameOf(noun, field, id)) ?? [])].flatMap((one) => rowAt(noun, one) ?? [])
  const incarnationAt = (id: string) => ask(facts.incarnations, id)

  const store = (entryOf: (op_id: string) => JournaledOperation): CentralStore => ({
    record: (id) => ask(facts.records, id),
    reply: (fingerprint) => ask(facts.replies, fingerprint),
    keepReply: (reply) => {
      set(facts.replies, reply.fingerprint, { ...reply, in_doubt: reply.lost })
      pending.replies.push(reply)
    },
    receivedAt: (seq) => (seq === 0 ? 0 : (ask(facts.places, String(seq))?.received_at ?? 0)),
    hasRow: (id) => ask(facts.ids, id) ?? false,
    rows: {
      get: rowAt,
      holder: (noun, scope, key) => {
        const id = ask(facts.holders, nameOf(noun, scope, key))
        return id === undefined ? undefined : rowAt(noun, id)
      },
      members: rowsAt,
      joined: (noun, id) => rowsAt(noun, 'into_id', id),
    },
    head: () => pending.head,
    hashAt: (seq) => {
      if (seq === 0) return GENESIS
      if (seq === pending.head.seq) return pending.head.hash
      return seq > pending.head.seq ? undefined : ask(facts.places, String(seq))?.hash
    },
    commits: (after, limit) =>
      after >= pending.head.seq ? [] : (ask(facts.pages, nameOf(after, limit)) ?? []),
    operation: (op_id) => ask(facts.operations, op_id),
    safeSeq: () => pending.head.safe_seq,
    index: (incarnation) => ask(facts.indexes, incarnation) ?? [],
    hasHeir: (incarnation) => ask(facts.heirs, incarnation) ?? false,
    isClosed: (epoch) => ask(facts.closed, epoch) ?? false,
    isOpen: (incarnation) => incarnationAt(incarnation) !== undefined,
    parent: (incarnation) => incarnationAt(incarnation)?.parent ?? null,
    chainEnd: (incarnation) => {
      const found = incarnationAt(incarnation)
      return { seq: found?.last_n ?? 0, hash: found?.last_hash ?? GENESIS }
    },
    linkAt: (incarnation, n) => {
      if (n === 0) return incarnationAt(incarnation) === undefined ? undefined : GENESIS
      return ask(facts.links, nameOf(incarnation, n))
    },
    sentAt: (incarnation, op_id) => ask(facts.sent, nameOf(incarnation, op_id)),
    due: nextDue,

    append: (commit, known, tried, written) => {
      for (const one of tried?.waiting ?? []) {
        pending.waiting.push(one)
        const id = idToCome(one)
        if (id !== undefined) set(facts.ids, id, true)
      }
      if (tried?.again !== undefined) pending.tried.push(tried.again.id)
      for (const row of commit.rows) put(row)
      for (const conflict of commit.conflicts) if (conflict.kind === 'answered') answer(conflict, commit.seq)
      const { seq, hash } = commit
      set(facts.places, String(seq), { hash, received_at })
      set(facts.operations, commit.op_id, known)
      const before = pending.head
      undo.push(() => (pending.head = before))
      pending.head = { ...before, seq, hash }
      pending.commits.push({ commit, known, entry: tried?.again?.op ?? entryOf(commit.op_id), written })
    },
    extend: (incarnation, n, hash, op_id) => {
      set(facts.links, nameOf(incarnation, n), hash)
      const sent = op_id === null ? undefined : nameOf(incarnation, op_id)
      if (sent !== undefined) set(facts.sent, sent, facts.sent.known.get(sent) ?? n)
      set(facts.incarnations, incarnation, { ...incarnationAt(incarnation)!, last_n: n, last_hash: hash })
      if (facts.indexes.known.has(incarnation)) {
        const before = facts.indexes.known.get(incarnation)!
        undo.push(() => void facts.indexes.known.set(incarnation, before))
        facts.indexes.known.delete(incarnation)
      }
      pending.chain.push({ incarnation, n, hash, op_id })
      pending.incarnations.add(incarnation)
    },
    open: (incarnation, station_id, parent) => {
      set(facts.incarnations, incarnation, { station_id, parent, last_n: 0, last_hash: GENESIS })
      if (parent !== null) set(facts.heirs, parent.incarnation, true)
      pending.incarnations.add(incarnation)
    },
    openEpoch: (epoch, lost) => {
      const before = pending.head
      undo.push(() => (pending.head = before))
      for (const closed of new Set([lost.epoch, before.epoch])) {
        set(facts.closed, closed, true)
        pending.closed.push(closed)
      }
      pending.head = { ...before, epoch }
    },
    report: (incident) => void pending.incidents.push(incident),
  })

  return {
    pending,
    store,
    get isBehind() {
      return pending.tried.length >= TRIES_MAX
    },
    keep() {
      undo.length = 0
      changes.length = 0
    },
    mark() {
      const done = { undo: undo.length, changes: changes.length }
      const lengths = [
        pending.commits,
        pending.chain,
        pending.closed,
        pending.incidents,
        pending.answers,
        pending.replies,
        pending.waiting,
        pending.arrived,
        pending.tried,
      ].map((list) => [list, list.length] as const)
      const opened = new Set(pending.incarnations)
      return () => {
        while (undo.length > done.undo) undo.pop()!()
        while (changes.length > done.changes) {
          const { known, name, before } = changes.pop()!
          if (before === undefined) known.delete(name)
          else known.set(name, before)
        }
        for (const [list, before] of lengths) list.length = before
        for (const id of pending.incarnations) if (!opened.has(id)) pending.incarnations.delete(id)
      }
    },
  }
}

export const isLive = (row: Row) => !row.deleted && row.into === null

const isBefore = (a: Waiting, b: Waiting) => a.seq < b.seq || (a.seq === b.seq && a.ordinal < b.ordinal)

/** The sets that a row belongs to. */
export function* referencesOf(row: Row): Generator<string> {
  if (row.into !== null) yield nameOf(row.noun, 'into_id', row.into)
  if (!isLive(row)) return
  for (const { field } of nouns[row.noun].references) {
    const id = row.fields[field]
    if (typeof id === 'string') yield nameOf(row.noun, field, id)
  }
}
