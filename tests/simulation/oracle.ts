import type { JournaledOperation, Operation } from '../../src/model/operation.ts'
import type { Mark, Row } from '../../src/model/state.ts'
import { GENESIS } from '../../src/model/sync/chain.ts'
import type { Waiting } from '../../src/model/sync/again.ts'
import type { Tried } from '../../src/model/sync/headquarters.ts'
import type { Commit } from '../../src/model/sync/protocol.ts'
import { digest } from './prng.ts'

/** A law was broken. */
export class Violation extends Error {}

export function violated(law: string, what: string): never {
  throw new Violation(`${law} ${what}`)
}

/**
 * What only the simulator knows: who had really seen what, and what became of every operation that was ever accepted.
 * No code under test can read it.
 */
export interface Oracle {
  /** By `nameOf` the operation: machines that were given the same chance give one `op_id` to several. */
  readonly ledger: Map<string, Accepted>
  /** The name of the operation that headquarters last took under an `op_id`. */
  readonly taken: Map<string, string>
  /** By the hash of a commit: all operations up to it, and the digest of all rows after it. */
  readonly histories: Map<string, { readonly past: bigint; readonly digest: number }>
  /**
   * By `placeOf` a second try, one bit each: what came of it is seen only by whoever read it, or accepted the operation itself. Those of the
   * present history: in a lost one the same place may have been the first try of the same operation.
   */
  readonly again: Map<string, bigint>
  /** The same by the hash of the commit: what is decided once more in the same history says nothing new. */
  readonly tries: Map<string, bigint>
  /** Bits given out. */
  bits: number
  /** By the hash of a commit: the records in it that wait, and the rows they wait for. */
  readonly waiting: Map<string, readonly Pick<Waiting, 'id' | 'noun' | 'row_id'>[]>
  /** By the content of an operation: the renamings that were folded into it, on each disk that came to say the same. */
  readonly folds: Map<string, bigint[]>
  /** Requests that answered a record whose keeper did not look at it. */
  readonly blind: Set<string>
  /** Headquarters was restored at least once. */
  restored: boolean
}

export interface Accepted {
  /** One bit; for a renaming that went out by itself after all, those of all renamings that it stands for. */
  readonly bit: bigint
  /** Every operation whose effect its author could see, as one bit each. */
  readonly past: bigint
  /** Every operation that this disk had accepted before. */
  readonly own: bigint
  /** The live rows that its author saw side by side. */
  readonly saw: ReadonlySet<string>
  readonly op_id: string
  readonly operation: Operation
  /** Its name when it was accepted: each copy of its disk may have given it another id since. */
  readonly first: string
  /** How often its id was found to be taken. */
  readonly given_up: number
  /** By the place in the operation where a row is named (naming.ts): the row its author meant. */
  readonly means: ReadonlyMap<string, Meant>
  /** A person at headquarters did it: no station has it. */
  readonly at_headquarters: boolean
  /** What was known when a renaming was folded into it: the renaming was accepted later than the operation. */
  folded: { readonly past: bigint; readonly own: bigint }
  /** The operation that this renaming was folded into, and the hash of what that then said; null again if the disk that did it was set back. */
  folded_into: { readonly name: string; readonly op_id: string; readonly content: string } | null
  /** The name of what it became when its id was found to be taken. */
  reminted_as: string | null
  /** Its disk was set back or destroyed: then, and only then, it may be lost. */
  excused: boolean
}

/** A row by the name of the operation that made it. */
export interface Meant {
  readonly name: string
  /** The disk itself had made it, or a disk that it is a copy of. */
  readonly is_own: boolean
}

export function newOracle(): Oracle {
  return {
    ledger: new Map(),
    taken: new Map(),
    again: new Map(),
    tries: new Map(),
    bits: 0,
    waiting: new Map(),
    histories: new Map([[GENESIS, { past: 0n, digest: 0 }]]),
    folds: new Map(),
    blind: new Set(),
    restored: false,
  }
}

export const nameOf = ({ op_id, clock }: Pick<JournaledOperation, 'op_id' | 'clock'>) =>
  `${op_id} ${clock.boot_id} ${clock.uptime_ms}`

/** What its author saw and meant (see `Accepted`). */
type Seen = Pick<Accepted, 'past' | 'own' | 'saw' | 'means' | 'at_headquarters'>

/** Headquarters has another history now: its second tries are what is known of it. */
export function noteHistory(oracle: Oracle, commits: readonly Commit[]): void {
  oracle.again.clear()
  for (const { op_id, seq, hash } of commits) {
    const second = oracle.tries.get(hash)
    if (second !== undefined) oracle.again.set(placeOf({ op_id: op_id.replace(`.${seq}`, ''), seq }), second)
  }
}

/** Notes a second try. */
export function noteAgain(oracle: Oracle, op_id: string, { seq, hash }: Commit): void {
  const bit = oracle.tries.get(hash) ?? newBit(oracle)
  oracle.tries.set(hash, bit)
  oracle.again.set(placeOf({ op_id, seq }), bit)
}

const newBit = (oracle: Oracle) => 1n << BigInt(oracle.bits++)

export function enter(oracle: Oracle, op: JournaledOperation, seen: Seen): void {
  const { op_id, operation } = op
  oracle.ledger.set(nameOf(op), {
    bit: newBit(oracle),
    ...seen,
    op_id,
    operation,
    first: nameOf(op),
    given_up: 0,
    folded: { past: 0n, own: 0n },
    folded_into: null,
    reminted_as: null,
    excused: false,
  })
}

/** What an operation was called when it was accepted. */
export const firstName = ({ ledger }: Oracle, name: string) => ledger.get(name)?.first ?? name

export const placeOf = ({ op_id, seq }: Pick<Mark, 'op_id' | 'seq'>) => `${op_id}@${seq}`

export const knew = ({ ledger, taken, again }: Oracle, { past, own }: Accepted, mark: Mark) => {
  const bit = ledger.get(taken.get(mark.op_id) ?? '')?.bit
  if (bit === undefined) return false
  const second = again.get(placeOf(mark))
  if (second === undefined) return (past & bit) === bit
  return (past & second) === second || (own & bit) === bit
}

const hashes = new WeakMap<Row, number>()

export function rowDigest(row: Row): number {
  let known = hashes.get(row)
  if (known === undefined)
    hashes.set(row, (known = Number.parseInt(digest(JSON.stringify(row)).slice(0, 6), 36)))
  return known
}

/** Rows come from one place and keep their form on the way, so their text is compared, which is fast. */
export const isSame = (a: Row | undefined, b: Row) =>
  a === b || (a !== undefined && JSON.stringify(a) === JSON.stringify(b))

export function stateDigest(rows: Iterable<Row>): number {
  let sum = 0
  for (const row of rows) sum = (sum + rowDigest(row)) >>> 0
  return sum
}

/** Notes what history there is after a commit. */
export function record(
  oracle: Oracle,
  prev: string,
  commit: Commit,
  { folded, tried }: { readonly folded: readonly bigint[]; readonly tried: Tried | undefined },
  before: (row: Row) => Row | undefined,
): void {
  const { past, digest: sum } = oracle.histories.get(prev)!
  let after = sum
  for (const row of commit.rows) {
    const old = before(row)
    after = (after + rowDigest(row) - (old === undefined ? 0 : rowDigest(old))) >>> 0
  }
  const second = oracle.again.get(placeOf({ op_id: tried?.again?.op.op_id ?? '', seq: commit.seq }))
  const bit = second ?? oracle.ledger.get(oracle.taken.get(commit.op_id) ?? '')?.bit ?? 0n
  oracle.histories.set(commit.hash, {
    past: folded.reduce((all, one) => all | one, past | bit),
    digest: after,
  })
}
