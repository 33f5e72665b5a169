import { type Entry, type Seal, withAll } from '../../model/sync/journal.ts'
import { isSlip } from '../../model/sync/squash.ts'
import type { Write } from '../../model/sync/station.ts'
import type { ReadableDb, WritableDb } from './database.ts'
import { authorPk, entryColumns, type JournalRow, toEntry } from './journal.ts'
import { among, insertMany, sql, type SqlValue } from './sql.ts'

/**
 * The operations that the feed has not shown, held in memory beside the journal: each page asks for all of them.
 * New ones are read from the journal when somebody looks; after a transaction that failed, everything is read again.
 */
export interface Outbox {
  /** In the order in which they were accepted. */
  list(db: ReadableDb): readonly Entry[]
  byId(db: ReadableDb): ReadonlyMap<string, Entry>
  /** Those accepted after this one, in their order. */
  since(db: ReadableDb, local_id: number): Entry[]
  /** Those of which `isSlip` is true. */
  slips(db: ReadableDb): readonly Entry[]
  /** Reads what waits on the disk, a piece at a time, until all of it is here (true) or `late` says that others wait. */
  fill(db: ReadableDb, late: () => boolean): boolean
  change(db: WritableDb, write: Write): void
  /** To be called when what was last done may have been rolled back. */
  forget(): void
}

/** How much is read at once when all is read. */
const PIECE = 200

export function createOutbox(): Outbox {
  let entries = new Map<string, Entry>()
  let slips = new Map<string, Entry>()
  let sorted: readonly Entry[] | null = null
  let last = 0

  function hold(entry: Entry): void {
    const { op_id } = entry.op
    entries.set(op_id, entry)
    if (isSlip(entry)) slips.set(op_id, entry)
    else slips.delete(op_id)
    last = Math.max(last, entry.local_id)
    sorted = null
  }

  function letGo(op_id: string): void {
    entries.delete(op_id)
    slips.delete(op_id)
    sorted = null
  }

  const after = (db: ReadableDb, local_id: number, most: number) =>
    db
      .all<JournalRow>(sql`SELECT ${entryColumns} FROM journal JOIN authors ON authors.pk = author_pk
        WHERE local_id > ${local_id} ORDER BY local_id LIMIT ${most}`)
      .map(toEntry)

  /** @returns whether that was all */
  function read(db: ReadableDb, most: number): boolean {
    const fresh = after(db, last, most)
    for (const entry of fresh) hold(entry)
    return fresh.length < most
  }

  function refresh(db: ReadableDb): Map<string, Entry> {
    while (!read(db, PIECE));
    return entries
  }

  return {
    byId: refresh,
    since: (db, local_id) => after(db, local_id, -1),
    list(db) {
      refresh(db)
      return (sorted ??= [...entries.values()].sort(byPlace))
    },
    slips(db) {
      refresh(db)
      return [...slips.values()].sort(byPlace)
    },
    fill(db, late) {
      while (!read(db, PIECE)) if (late()) return false
      return true
    },
    change(db, write) {
      refresh(db)
      const { put = [], remove = [] } = write.outbox ?? {}
      if (remove.length > 0) db.run(sql`DELETE FROM journal WHERE op_id IN ${among(remove)}`)
      for (const op_id of remove) letGo(op_id)
      changeAll(db, write)
      for (const [op_id, entry] of entries) {
        const now = withAll(entry, write)
        if (now === entry) continue
        entries.set(op_id, now)
        // One that was a slip still is, and no other becomes one.
        if (slips.has(op_id)) slips.set(op_id, now)
        sorted = null
      }
      const others: Entry[] = []
      for (const entry of put)
        if (isOnlySealed(entries.get(entry.op.op_id), entry)) putSeal(db, entry.local_id, entry.seal)
        else others.push(entry)
      putEntries(db, others)
      for (const entry of put) hold(entry)
    },
    forget() {
      entries = new Map()
      slips = new Map()
      sorted = null
      last = 0
    },
  }
}

const byPlace = (a: Entry, b: Entry) => a.local_id - b.local_id

/** Nothing of it is another than before but that it has a place in the chain. */
function isOnlySealed(before: Entry | undefined, entry: Entry): entry is Entry & { seal: Seal } {
  if (before?.seal !== null || entry.seal === null) return false
  return (Object.keys(entry) as (keyof Entry)[]).every(
    (name) => name === 'seal' || entry[name] === before[name],
  )
}

/** What is said of all that waits is written at once, however much it is. */
function changeAll(db: WritableDb, { cut, unsealed }: Write): void {
  if (cut !== undefined)
    db.run(
      sql`UPDATE journal SET base_seq = ${cut.seq}, base_hash = ${cut.hash}, rebased = 1 WHERE base_seq > ${cut.seq}`,
    )
  if (unsealed)
    db.run(sql`UPDATE journal SET incarnation = NULL, n = NULL, prev = NULL, hash = NULL, resent = 1
      WHERE incarnation IS NOT NULL`)
}

function putSeal(db: WritableDb, local_id: number, { incarnation, n, prev, hash }: Seal): void {
  db.run(sql`UPDATE journal SET incarnation = ${incarnation}, n = ${n}, prev = ${prev}, hash = ${hash}
    WHERE local_id = ${local_id}`)
  db.run(
    sql`INSERT INTO links (incarnation, n, hash) VALUES (${incarnation}, ${n}, ${hash}) ON CONFLICT DO NOTHING`,
  )
}

/** What a journal says of an operation, beside where the feed has it. */
const columns = `local_id, op_id, txn_id, author_pk, wall_ms, uptime_ms, created_at, operation,
  base_seq, base_hash, rebased, known_deleted, made_as, renamed_at, resent, incarnation, n, prev, hash`
const rewritten = `ON CONFLICT (local_id) DO UPDATE SET op_id = excluded.op_id, operation = excluded.operation,
  base_seq = excluded.base_seq, base_hash = excluded.base_hash, rebased = excluded.rebased, known_deleted = excluded.known_deleted,
  made_as = excluded.made_as, renamed_at = excluded.renamed_at, resent = excluded.resent,
  incarnation = excluded.incarnation, n = excluded.n, prev = excluded.prev, hash = excluded.hash`

/** The same as values, in the order of the columns. */
function valuesIn(db: WritableDb): (entry: Entry) => SqlValue[] {
  const authors = new Map<string, number>()
  const author = ({ actor, clock }: Entry['op']) => {
    const name = `${actor.kind} ${actor.id} ${clock.boot_id}`
    const pk = authors.get(name) ?? authorPk(db, actor.kind, actor.id, clock.boot_id)
    authors.set(name, pk)
    return pk
  }
  return ({ local_id, op, base, rebased, known_deleted, made_as, renamed_at, resent, seal }) => {
    const { clock } = op
    const said = [local_id, op.op_id, op.txn_id, author(op), clock.wall_ms, clock.uptime_ms, op.created_at]
    const knew = [base.seq, base.hash, rebased ? 1 : 0, JSON.stringify(known_deleted)]
    const sent = seal === null ? [null, null, null, null] : [seal.incarnation, seal.n, seal.prev, seal.hash]
    return [...said, JSON.stringify(op.operation), ...knew, made_as, renamed_at, resent ? 1 : 0, ...sent]
  }
}

function putEntries(db: WritableDb, entries: readonly Entry[]): void {
  for (const query of insertMany(`INSERT INTO journal (${columns})`, entries.map(valuesIn(db)), rewritten))
    db.run(query)
  for (const { seal } of entries)
    if (seal !== null)
      db.run(sql`INSERT INTO links (incarnation, n, hash) VALUES (${seal.incarnation}, ${seal.n}, ${seal.hash})
        ON CONFLICT DO NOTHING`)
}

/** Moves them over before the outbox lets go of them: what is in neither is lost. */
export function changeArchive(db: WritableDb, { put, remove }: NonNullable<Write['archive']>): void {
  if (remove.length > 0) db.run(sql`DELETE FROM archive WHERE op_id IN ${among(remove)}`)
  const values = valuesIn(db)
  const queries = insertMany(
    `INSERT INTO archive (${columns}, committed_seq)`,
    put.map((entry) => [...values(entry), entry.committed_seq]),
    `${rewritten}, committed_seq = excluded.committed_seq`,
  )
  for (const query of queries) db.run(query)
}

/** A link of the present chain, as far as it is kept. */
export function linkAt(db: ReadableDb, incarnation: string, n: number): string | undefined {
  return db.one<{ hash: string }>(sql`SELECT hash FROM links WHERE incarnation = ${incarnation} AND n = ${n}`)
    ?.hash
}
