import { allNouns } from '../decide/nouns.ts'
import type { JournaledOperation } from '../operation.ts'
import { isStorableJson, storableCopy } from '../text.ts'
import type { Mark, Noun, Row, State } from '../state.ts'
import { tryAgain, type Waiting, waitingIn } from './again.ts'
import { canonical, contentHash, type Hash, link, rootOf, Written } from './chain.ts'
import { commitHash } from './commit.ts'
import type { Cursor, Position } from './cursor.ts'
import type { SealedOperation } from './journal.ts'
import { judge, notDone, type Understand, understood } from './judge.ts'
import { authorAt, type Chains } from './knowledge.ts'
import {
  type Answer,
  type ChainIndex,
  type Commit,
  PROTOCOL_VERSION,
  type PushRequest,
  type Request,
} from './protocol.ts'
import { pull } from './feed.ts'

/**
 * What headquarters keeps. `handle` runs inside one transaction that took the sequencer first, so everything it reads is
 * the latest there is and everything it writes becomes visible together. Where reading is asynchronous, run it over what
 * was loaded so far and load what it asks for: it changes nothing outside this port, so it can be run again.
 */
export interface HeadquartersStore extends Chains {
  readonly rows: State
  /** Whether a row of any noun has this id, a deleted one too, or what waits or waited would make one (`idToCome` of again.ts). */
  hasRow(id: string): boolean
  head(): { readonly epoch: string } & Position
  commits(after: number, limit: number): readonly Commit[]
  operation(op_id: string): Known | undefined
  safeSeq(): number
  /** Positions of an incarnation's chain, for finding where a copy parts from it. */
  index(incarnation: string): ChainIndex
  /** Some incarnation that came here says that it began at the end of this one. */
  hasHeir(incarnation: string): boolean
  /** An epoch that is known to have lost its end. */
  isClosed(epoch: string): boolean

  /** The operation that has been waiting longest of those whose rows are there now; undefined if none is to be tried in this transaction. */
  due(): Waiting | undefined

  /** Appends a commit, does what its rows say, and closes the records that it answers. */
  append(commit: Commit, known: Known, tried?: Tried, written?: CommitTexts): void
  /** @param op_id null if what came says less than what is known of that operation */
  extend(incarnation: string, n: number, hash: string, op_id: string | null): void
  open(incarnation: string, station_id: string, parent: PushRequest['parent']): void
  openEpoch(epoch: string, lost: Cursor): void
  report(incident: Incident): void
}

/** What headquarters remembers of an operation. */
export interface Known {
  readonly seq: number
  /** Hash of what it said, and of what it said when it was accepted. */
  readonly content: string
  readonly made_as: string
}

/** What a commit has to do with second tries (again.ts). */
export interface Tried {
  /** What of the operation waits for rows that are not there. */
  readonly waiting: readonly Waiting[]
  /** What the commit is the second try of. */
  readonly again?: Waiting
}

/** What a store may keep of a commit as JSON, where it was made for the hashes already. */
export interface CommitTexts {
  /** The operation as it came. */
  readonly entry: Written<JournaledOperation>
  readonly rows: Written<readonly Row[]>
}

/** An operation that came, without its place in the chain. */
interface Arrived {
  readonly sent: SealedOperation
  readonly op: JournaledOperation
  readonly written: Written<JournaledOperation>
  readonly content: string
  /** All its texts can be kept as they are. */
  readonly is_storable: boolean
}

/** Something that an administrator should know of, though nothing waits for them. */
export type Incident =
  | { readonly kind: 'restored'; readonly station_id: string; readonly lost: Cursor }
  | { readonly kind: 'copied'; readonly station_id: string; readonly incarnation: string; readonly n: number }
  | { readonly kind: 'collision'; readonly station_id: string; readonly op_id: string }

export interface Tools {
  readonly hash: Hash
  /** Proves that headquarters gave a cursor out. */
  readonly sign: (text: string) => string
  /** When the rows that an operation makes were made (occurred.ts); without it, as its station's clock said. */
  readonly madeAt?: (sent: SealedOperation) => number
  /** What this program understands; without it, all that it knows. */
  readonly understand?: Understand
}

/** Answers one request of a station. Asking again, late or twice, does no harm: nothing is kept between requests. */
export function handle(store: HeadquartersStore, asked: Request, tools: Tools): Answer {
  if (asked.protocol !== PROTOCOL_VERSION) return { kind: 'upgrade_required', protocol: PROTOCOL_VERSION }
  // First of all: what the station did last may rest on changes that this history does not have.
  if (store.hashAt(asked.cursor.seq) !== asked.cursor.hash) return forked(store, asked, tools)
  switch (asked.kind) {
    case 'hello':
      return {
        kind: 'welcome',
        chain: store.chainEnd(asked.incarnation),
        index: store.index(asked.incarnation),
      }
    case 'push': {
      const answer = push(store, asked, tools)
      // After all of it: what came with a row in one request is not torn apart.
      tryAgain(store, tools)
      return answer
    }
    case 'pull':
      return pull(store, asked, tools)
  }
}

/** A cursor that headquarters gave out and cannot find proves that its end was lost: a new epoch begins. */
function forked(store: HeadquartersStore, { cursor, station_id }: Request, { hash, sign }: Tools): Answer {
  const { epoch, seq, hash: at } = cursor
  if (sign(canonical([epoch, seq, at])) === cursor.mac && !store.isClosed(epoch)) {
    store.openEpoch(hash(canonical([store.head().epoch, cursor])), cursor)
    store.report({ kind: 'restored', station_id, lost: cursor })
  }
  return { kind: 'forked' }
}

function push(store: HeadquartersStore, asked: PushRequest, tools: Tools): Answer {
  const { incarnation, station_id } = asked
  if (!store.isOpen(incarnation)) {
    if (asked.ops.length > 0 && asked.ops[0]!.n !== 1) return { kind: 'fork', index: [] }
    noticeCopy(store, asked)
    store.open(incarnation, station_id, asked.parent)
  }
  const results: { op_id: string; seq: number }[] = []
  for (const sent of asked.ops) {
    const arrived = arrivedIn(sent, tools.hash)
    const { op, content, is_storable } = arrived
    const end = chainEnd(store, incarnation, tools.hash)
    if (sent.n <= end.seq && store.linkAt(incarnation, sent.n) === sent.hash) {
      results.push({ op_id: sent.op_id, seq: store.operation(sent.op_id)!.seq })
      continue
    }
    if (
      sent.n !== end.seq + 1 ||
      sent.prev !== end.hash ||
      link(tools.hash, sent.prev, content) !== sent.hash
    ) {
      // A gap is no fork, but a chain is never patched: only a new one is beyond doubt.
      const parts = sent.n <= end.seq || (sent.n === end.seq + 1 && sent.prev !== end.hash)
      if (parts) reportCopy(store, station_id, incarnation, sent.n)
      return { kind: 'fork', index: store.index(incarnation) }
    }
    const before = store.operation(sent.op_id)
    if (before === undefined ? is_storable && isRowTaken(store, op) : !isRepeated(before, sent, content)) {
      store.report({ kind: 'collision', station_id, op_id: sent.op_id })
      const as_made = before !== undefined && before.made_as === sent.made_as
      return { kind: 'collision', op_id: sent.op_id, index: store.index(incarnation), as_made }
    }
    const seq = before?.seq ?? accept(store, asked, arrived, tools)
    // Whoever says it as it was before a renaming was folded in did not know the renaming.
    const isSame = before === undefined || before.content === content
    store.extend(incarnation, sent.n, sent.hash, isSame ? sent.op_id : null)
    results.push({ op_id: sent.op_id, seq })
  }
  return { kind: 'pushed', results, chain: store.chainEnd(incarnation) }
}

/** A chain of which nothing came yet ends where it begins. */
function chainEnd(store: HeadquartersStore, incarnation: string, hash: Hash): Position {
  const end = store.chainEnd(incarnation)
  return end.seq > 0 ? end : { seq: 0, hash: rootOf(hash, store.parent(incarnation)) }
}

/**
 * A station that begins anew before the end of its old chain does not know what it sent: it was set back, or is a copy. So is one that
 * begins anew where another did: nobody has two heirs.
 */
function noticeCopy(store: HeadquartersStore, { station_id, parent }: PushRequest): void {
  if (parent === null) return
  const { incarnation, upto } = parent
  if (store.chainEnd(incarnation).seq > upto || store.hasHeir(incarnation))
    reportCopy(store, station_id, incarnation, upto + 1)
}

function reportCopy(store: HeadquartersStore, station_id: string, incarnation: string, n: number): void {
  store.report({ kind: 'copied', station_id, incarnation, n })
}

/**
 * The same operation once more? If a renaming was folded into the one that is known, the one as it was says nothing new:
 * its renaming follows by itself. The other way round it does.
 */
function isRepeated(known: Known, { made_as }: SealedOperation, content: string): boolean {
  return known.content === content || (made_as === null && known.made_as === content)
}

/**
 * Two operations give one id to what they make, a row of any noun: their machines were given the same chance. What follows would be done
 * to the wrong one.
 */
function isRowTaken(store: HeadquartersStore, { operation }: JournaledOperation): boolean {
  const [noun, verb] = operation.type.split('.')
  return verb === 'create' && allNouns.includes(noun as Noun) && store.hasRow(operation.id)
}

/** The operation without its place in the chain, which is the station's business. */
function arrivedIn(sent: SealedOperation, hash: Hash): Arrived {
  const { op_id, txn_id, actor, clock, created_at, operation } = sent
  const op = { op_id, txn_id, actor, clock, created_at, operation } as JournaledOperation
  const written = new Written(op)
  const content = contentHash(hash, written, sent.known_deleted)
  return { sent, op, written, content, is_storable: isStorableJson(written.text, op) }
}

/** Gives the operation its place in the order of all changes, whatever comes of it: nothing is ever sent back. */
function accept(
  store: HeadquartersStore,
  asked: PushRequest,
  arrived: Arrived,
  { hash, madeAt, understand = understood }: Tools,
): number {
  const { station_id, incarnation } = asked
  const { sent, op, written, content, is_storable } = arrived
  const { seq: last, hash: prev } = store.head()
  const mark: Mark = { op_id: op.op_id, incarnation, n: sent.n, station_id, seq: last + 1 }
  const made = madeAt === undefined ? op : { ...op, created_at: madeAt(sent) }
  const { result, changed, conflicts } = is_storable
    ? judge(store.rows, made, authorAt(store, sent, mark, hash), mark, understand)
    : notDone(mark, 'text', storableCopy(op.operation.type))
  const said = {
    seq: last + 1,
    op_id: op.op_id,
    txn_id: op.txn_id,
    station_id,
    result,
    rows: [...changed],
    conflicts: [...conflicts],
  }
  // The rows are part of the proof: two histories with the same operations may still differ in what came of them.
  const known = { seq: said.seq, content, made_as: sent.made_as ?? content }
  const waiting = waitingIn(store.rows, said, { ...sent, op: made, incarnation }, understand)
  const rows = new Written<readonly Row[]>(said.rows)
  const commit = { ...said, hash: commitHash(hash, prev, { ...said, rows }, content) }
  store.append(commit, known, { waiting }, { entry: written, rows })
  return said.seq
}
