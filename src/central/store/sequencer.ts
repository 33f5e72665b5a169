import { isRefusal } from '../../model/error.ts'
import { chainHash } from '../../host/hash.ts'
import type { JournaledOperation } from '../../model/operation.ts'
import { tryAgain } from '../../model/sync/again.ts'
import type { PushRequest } from '../../model/sync/protocol.ts'
import { type Database, one, type Queryable } from './database.ts'
import { type Facts, forgetQuestions, isComplete, type Kind, newFacts, partsOf, sizeOf } from './facts.ts'
import { createWriter } from './flush.ts'
import { foresee } from './foresee.ts'
import { type CentralStore, createLedger, type Ledger, referencesOf } from './ledger.ts'
import { loadMissing } from './load.ts'
import { type Head, isEmpty } from './pending.ts'
import { sql } from './sql.ts'

/**
 * Where all changes get their place in the one order.
 *
 * Whoever writes locks the row of `headquarters` first. Everything after that is serial: what is read is the latest there is,
 * what is decided cannot be overtaken, and the numbers become visible in their order, without a gap. While one
 * transaction runs, further work gathers; the next transaction takes all of it and writes it together.
 */
export interface Sequencer {
  /**
   * Runs `work`, which is synchronous and may be run several times: what it reads is fetched between two runs (facts.ts).
   * A returned refusal undoes what it did and nothing of the others.
   * @param push what the work is about, if it is a station's push: its questions are known beforehand
   */
  write<Result>(work: Work<Result>, push?: PushRequest): Promise<Result>
  /** Runs `work` on one moment of the database. If it turns out to write, it is run again through `write`. */
  read<Result>(work: Work<Result>): Promise<Result>
  /** How many operations wait for their turn. */
  readonly waiting: number
  /** Tries again what is due, without waiting for it. If it fails, the next push does. */
  goOn(): void
  /** Called after each commit of this process. */
  onCommit(listener: () => void): void
  /** Settles when everything asked for so far is done. */
  idle(): Promise<void>
}

export type Work<Result> = (store: CentralStore, entries: Map<string, JournaledOperation>) => Result

interface Waiting {
  readonly work: Work<unknown>
  readonly push: PushRequest | undefined
  readonly weight: number
  readonly resolve: (value: never) => void
  readonly reject: (error: unknown) => void
}

/**
 * Operations in one transaction: enough that asking beforehand, the last piece and the commit, while which nothing is decided, are little of
 * it; few enough that it takes less than a second. Whoever comes meanwhile would wait for all of them in several, too.
 */
const GROUP_MAX = 5_000
/** Facts kept from one transaction to the next. */
const FACTS_MAX = 300_000
/** More rounds of questions mean that work asks for something new each time. */
const ROUNDS_MAX = 1_000

export function createSequencer(db: Database, now: () => number): Sequencer {
  const queue: Waiting[] = []
  const listeners = new Set<() => void>()
  let running: Promise<void> | undefined
  /** What is known of the database as of the transaction with this number. */
  let facts = newFacts()
  let facts_of = -1

  async function drain(): Promise<void> {
    while (queue.length > 0) {
      const group = [queue.shift()!]
      for (let weight = group[0]!.weight; queue.length > 0 && weight + queue[0]!.weight <= GROUP_MAX;) {
        const next = queue.shift()!
        weight += next.weight
        group.push(next)
      }
      await commitGroup(group)
    }
    running = undefined
  }

  async function commitGroup(group: readonly Waiting[]): Promise<void> {
    const outcomes: (() => void)[] = []
    try {
      const { changed, writes, behind } = await db.transaction(async (tx) => {
        outcomes.length = 0
        const { writes: before, ...head } = await lock(tx)
        if (facts_of !== before || sizeOf(facts) > FACTS_MAX) facts = newFacts()
        facts_of = -1
        for (const kind of shortLived) facts[kind].known.clear()
        const received_at = now()
        const ledger = createLedger(facts, head, received_at)
        for (const { push } of group) if (push) foresee(facts, push)
        await loadMissing(tx, facts)
        const writer = createWriter(tx, facts, ledger.pending, received_at)
        const load = async () => {
          await writer.written()
          await loadMissing(tx, facts)
        }
        for (const waiting of group) {
          outcomes.push(await settle(load, ledger, waiting))
          ledger.keep()
          await writer.send()
        }
        if (isEmpty(ledger.pending)) return { changed: false, writes: before, behind: false }
        await writer.finish()
        return { changed: true, writes: before + 1, behind: ledger.isBehind }
      })
      facts_of = writes
      for (const outcome of outcomes) outcome()
      if (changed) for (const listener of listeners) listener()
      if (behind) goOn()
    } catch (error) {
      facts_of = -1
      if (group.length > 1 && isRefusedData(error)) {
        // One piece of work that the database does not take must not hold up those that happened to come with it.
        for (const alone of group) await commitGroup([alone])
      } else for (const { reject } of group) reject(error)
    }
  }

  async function settle(load: () => Promise<void>, ledger: Ledger, { work, resolve, reject }: Waiting) {
    const undo = ledger.mark()
    try {
      const result = await run(load, facts, ledger, work)
      if (isRefusal(result)) undo()
      return () => resolve(result as never)
    } catch (error) {
      undo()
      if (!isDefect(error)) throw error
      return () => reject(error)
    }
  }

  const write = <Result>(work: Work<Result>, push?: PushRequest): Promise<Result> =>
    new Promise((resolve, reject) => {
      queue.push({ work, push, weight: Math.max(1, push?.ops.length ?? 1), resolve, reject })
      running ??= drain()
    })

  const goOn = () => void write((store) => tryAgain(store, { hash: chainHash })).catch(() => undefined)

  return {
    write,
    goOn,
    async read(work) {
      const outcome = await db.snapshot(async (tx) => {
        const found = newFacts()
        const ledger = createLedger(found, await one<Head>(tx, headQuery), now())
        const result = await run(() => loadMissing(tx, found), found, ledger, work)
        return isEmpty(ledger.pending) ? { result } : undefined
      })
      return outcome ? outcome.result : write(work)
    },
    get waiting() {
      return queue.reduce((sum, { weight }) => sum + weight, 0)
    },
    onCommit: (listener) => void listeners.add(listener),
    idle: async () => {
      while (running) await running
    },
  }
}

/**
 * Facts that are not kept: what is changed by statements and not by what this process knows (what was delivered is struck out without a
 * place in the order), and what is asked again only where a station sends again, of which there would soon be more than of all the rest.
 */
const shortLived = [
  'indexes',
  'pages',
  'replies',
  'waiting',
  'due',
  'ids',
  'operations',
  'places',
  'links',
  'sent',
] as const satisfies readonly Kind[]

/** Does any record wait for a row? */
const waiting = sql`EXISTS (SELECT FROM conflicts WHERE awaits IS NOT NULL) AS waiting`

const headQuery = sql`SELECT epoch, seq, hash, safe_seq, ${waiting} FROM headquarters`

/** First of all: the row that gives the numbers, and the word that the triggers ask for. */
const lock = (tx: Queryable) =>
  one<Head & { readonly writes: number }>(
    tx,
    sql`SELECT epoch, seq, hash, safe_seq, writes, ${waiting}, set_config('lotkeeper.sequencer', pg_current_xact_id()::text, true)
      FROM headquarters FOR UPDATE`,
  )

/** Errors of the database end the transaction for everybody in it; anything else is the fault of one piece of work. */
const isDefect = (error: unknown) => error instanceof Defect

class Defect extends Error {}

/** PostgreSQL took the connection and the transaction, but not what was in it (classes 22, 23, 42 and raised by a trigger). */
const isRefusedData = (error: unknown) => /^(22|23|42|54|P0)/.test(String((error as { code?: unknown }).code))

async function run<Result>(
  load: () => Promise<void>,
  facts: Facts,
  ledger: Ledger,
  work: Work<Result>,
): Promise<Result> {
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const undo = ledger.mark()
    const entries = new Map<string, JournaledOperation>()
    forgetQuestions(facts)
    let result: Result | undefined
    let thrown: unknown
    try {
      result = work(
        ledger.store((op_id) => entries.get(op_id)!),
        entries,
      )
    } catch (error) {
      thrown = error
    }
    if (isComplete(facts)) {
      if (thrown !== undefined) throw new Defect('deciding failed', { cause: thrown })
      return result as Result
    }
    // Decided on what is not known yet: whatever came of it means nothing.
    undo()
    const sets = [...facts.references.missing]
    await load()
    for (const set of sets) correct(facts, ledger, set)
  }
  throw new Defect('deciding does not come to an end')
}

/** A set of referring rows was read from the database: what this transaction decided before is not there yet. */
function correct({ references }: Facts, { pending }: Ledger, name: string): void {
  const [noun] = partsOf(name)
  const members = new Set(references.known.get(name))
  for (const row of pending.rows.values()) {
    if (row.noun !== noun) continue
    if ([...referencesOf(row)].includes(name)) members.add(row.id)
    else members.delete(row.id)
  }
  references.known.set(name, members)
}
