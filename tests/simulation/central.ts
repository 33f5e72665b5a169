import { type Memory, memory } from '../../src/model/memory.ts'
import { GENESIS } from '../../src/model/sync/chain.ts'
import type { HeadquartersStore, Incident, Known } from '../../src/model/sync/headquarters.ts'
import type { Commit, Parent } from '../../src/model/sync/protocol.ts'

/** Headquarters' database in memory. A backup is a copy of all of it. */
export interface Central {
  epoch: string
  rows: Memory
  commits: Commit[]
  operations: Map<string, Known>
  incarnations: Map<string, Incarnation>
  closed: Set<string>
  incidents: Incident[]
}

interface Incarnation {
  station_id: string
  parent: Parent | null
  links: string[]
  ops: Set<string>
}

export const newCentral = (epoch: string): Central => ({
  epoch,
  rows: memory(),
  commits: [],
  operations: new Map(),
  incarnations: new Map(),
  closed: new Set(),
  incidents: [],
})

export function backupOf(central: Central): Central {
  const incarnations = [...central.incarnations].map(([id, one]): [string, Incarnation] => [
    id,
    { ...one, links: [...one.links], ops: new Set(one.ops) },
  ])
  return {
    epoch: central.epoch,
    rows: memory(central.rows.all()),
    commits: [...central.commits],
    operations: new Map(central.operations),
    incarnations: new Map(incarnations),
    closed: new Set(central.closed),
    incidents: [...central.incidents],
  }
}

export const headOf = ({ commits }: Central) => commits.at(-1) ?? { seq: 0, hash: GENESIS }

export const hashAt = ({ commits }: Central, seq: number) => (seq === 0 ? GENESIS : commits[seq - 1]?.hash)

/** The port over that database. */
export function storeOf(
  central: Central,
  safeSeq: () => number,
  onAppend: (commit: Commit, known: Known) => void,
): HeadquartersStore {
  const chain = (incarnation: string) => central.incarnations.get(incarnation)
  const linkAt = (incarnation: string, n: number) => {
    if (n === 0) return chain(incarnation) === undefined ? undefined : GENESIS
    return chain(incarnation)?.links[n - 1]
  }
  return {
    rows: central.rows,
    head: () => ({ epoch: central.epoch, seq: headOf(central).seq, hash: headOf(central).hash }),
    hashAt: (seq) => hashAt(central, seq),
    commits: (after, limit) => central.commits.slice(after, after + limit),
    operation: (op_id) => central.operations.get(op_id),
    safeSeq,
    index: (incarnation) => (chain(incarnation)?.links ?? []).map((hash, at) => [at + 1, hash]),
    isClosed: (epoch) => central.closed.has(epoch),
    isOpen: (incarnation) => chain(incarnation) !== undefined,
    parent: (incarnation) => chain(incarnation)?.parent ?? null,
    chainEnd: (incarnation) => {
      const links = chain(incarnation)?.links ?? []
      return { seq: links.length, hash: links.at(-1) ?? GENESIS }
    },
    linkAt,
    hasSent: (incarnation, op_id) => chain(incarnation)?.ops.has(op_id) ?? false,

    append: (commit, known) => {
      onAppend(commit, known)
      for (const row of commit.rows) central.rows.put(row)
      central.commits.push(commit)
      central.operations.set(commit.op_id, known)
    },
    extend: (incarnation, _n, hash, op_id) => {
      chain(incarnation)!.links.push(hash)
      if (op_id !== null) chain(incarnation)!.ops.add(op_id)
    },
    open: (incarnation, station_id, parent) =>
      void central.incarnations.set(incarnation, { station_id, parent, links: [], ops: new Set() }),
    openEpoch: (epoch, lost) => {
      central.closed.add(lost.epoch).add(central.epoch)
      central.epoch = epoch
    },
    report: (incident) => void central.incidents.push(incident),
  }
}
