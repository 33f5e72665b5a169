import { allNouns } from '../../src/model/decide/nouns.ts'
import { type Memory, memory } from '../../src/model/memory.ts'
import { GENESIS } from '../../src/model/sync/chain.ts'
import { answerOf } from '../../src/model/conflict-answers.ts'
import { idToCome, type Waiting } from '../../src/model/sync/again.ts'
import { type Understand, understood } from '../../src/model/sync/judge.ts'
import type { HeadquartersStore, Incident, Known, Tried } from '../../src/model/sync/headquarters.ts'
import type { Commit, Parent } from '../../src/model/sync/protocol.ts'
import { wordsOf } from '../../src/model/sync/records.ts'
import { keep, type Records } from './records.ts'

/** Headquarters' database in memory. A backup is a copy of all of it. */
export interface Central {
  epoch: string
  rows: Memory
  commits: Commit[]
  operations: Map<string, Known>
  incarnations: Map<string, Incarnation>
  closed: Set<string>
  incidents: Incident[]
  /** What was not done for want of a row, in its order. */
  waiting: Waiting[]
  /** Ids of rows that it would make, or would have made. */
  reserved: Set<string>
  /** Conflict records of all stations. */
  records: Records
}

interface Incarnation {
  station_id: string
  parent: Parent | null
  links: string[]
  /** Where each operation first came. */
  ops: Map<string, number>
}

export const newCentral = (epoch: string): Central => ({
  epoch,
  rows: memory(),
  commits: [],
  operations: new Map(),
  incarnations: new Map(),
  closed: new Set(),
  incidents: [],
  waiting: [],
  reserved: new Set(),
  records: new Map(),
})

export function backupOf(central: Central): Central {
  const incarnations = [...central.incarnations].map(([id, one]): [string, Incarnation] => [
    id,
    { ...one, links: [...one.links], ops: new Map(one.ops) },
  ])
  return {
    epoch: central.epoch,
    rows: memory(central.rows.all()),
    commits: [...central.commits],
    operations: new Map(central.operations),
    incarnations: new Map(incarnations),
    closed: new Set(central.closed),
    incidents: [...central.incidents],
    waiting: [...central.waiting],
    reserved: new Set(central.reserved),
    records: new Map(central.records),
  }
}

export const headOf = ({ commits }: Central) => commits.at(-1) ?? { seq: 0, hash: GENESIS }

export const hashAt = ({ commits }: Central, seq: number) => (seq === 0 ? GENESIS : commits[seq - 1]?.hash)

export const isDue = ({ rows }: Central, { noun, row_id, op }: Waiting, understand: Understand) =>
  noun === 'operation' ? understand(op.operation) !== undefined : rows.get(noun, row_id) !== undefined

/**
 * The port over that database.
 * @param tries second tries in one transaction; what is left is tried in a later one
 * @param understand what its program understands
 */
export function storeOf(
  central: Central,
  safeSeq: () => number,
  onAppend: (commit: Commit, known: Known, tried: Tried | undefined) => void,
  tries = Infinity,
  understand = understood,
): HeadquartersStore {
  let tried = 0
  const chain = (incarnation: string) => central.incarnations.get(incarnation)
  const linkAt = (incarnation: string, n: number) => {
    if (n === 0) return chain(incarnation) === undefined ? undefined : GENESIS
    return chain(incarnation)?.links[n - 1]
  }
  const answer = (record: string) => (central.waiting = central.waiting.filter(({ id }) => id !== record))
  return {
    rows: central.rows,
    hasRow: (id) =>
      allNouns.some((noun) => central.rows.get(noun, id) !== undefined) || central.reserved.has(id),
    head: () => ({ epoch: central.epoch, seq: headOf(central).seq, hash: headOf(central).hash }),
    hashAt: (seq) => hashAt(central, seq),
    commits: (after, limit) => central.commits.slice(after, after + limit),
    operation: (op_id) => central.operations.get(op_id),
    safeSeq,
    index: (incarnation) => (chain(incarnation)?.links ?? []).map((hash, at) => [at + 1, hash]),
    hasHeir: (incarnation) =>
      [...central.incarnations.values()].some(({ parent }) => parent?.incarnation === incarnation),
    isClosed: (epoch) => central.closed.has(epoch),
    isOpen: (incarnation) => chain(incarnation) !== undefined,
    parent: (incarnation) => chain(incarnation)?.parent ?? null,
    chainEnd: (incarnation) => {
      const links = chain(incarnation)?.links ?? []
      return { seq: links.length, hash: links.at(-1) ?? GENESIS }
    },
    linkAt,
    sentAt: (incarnation, op_id) => chain(incarnation)?.ops.get(op_id),
    due: () => (tried < tries ? central.waiting.find((one) => isDue(central, one, understand)) : undefined),

    append: (commit, known, second) => {
      onAppend(commit, known, second)
      for (const conflict of commit.conflicts) if (conflict.kind === 'answered') answer(answerOf(conflict).id)
      central.waiting.push(...(second?.waiting ?? []))
      for (const one of second?.waiting ?? []) central.reserved.add(idToCome(one) ?? '')
      if (second?.again !== undefined) tried += 1
      for (const row of commit.rows) central.rows.put(row)
      central.commits.push(commit)
      keep(central.records, wordsOf([commit], null))
      central.operations.set(commit.op_id, known)
    },
    extend: (incarnation, n, hash, op_id) => {
      const { links, ops } = chain(incarnation)!
      links.push(hash)
      if (op_id !== null && !ops.has(op_id)) ops.set(op_id, n)
    },
    open: (incarnation, station_id, parent) =>
      void central.incarnations.set(incarnation, { station_id, parent, links: [], ops: new Map() }),
    openEpoch: (epoch, lost) => {
      central.closed.add(lost.epoch).add(central.epoch)
      central.epoch = epoch
    },
    report: (incident) => void central.incidents.push(incident),
  }
}
