import { type Memory, memory } from '../../src/model/memory.ts'
import type { Row } from '../../src/model/state.ts'
import { changeBelow } from '../../src/model/sync/acceptance.ts'
import { contentHash, GENESIS } from '../../src/model/sync/chain.ts'
import { origin, type Position } from '../../src/model/sync/cursor.ts'
import { append, emptyFold, type Fold, refold } from '../../src/model/sync/fold.ts'
import { isSlip } from '../../src/model/sync/squash.ts'
import { type Archived, type Entry, withAll } from '../../src/model/sync/journal.ts'
import { authorHere } from '../../src/model/sync/knowledge.ts'
import type { Meta, StationView, Write } from '../../src/model/sync/station.ts'
import { digest } from './prng.ts'
import { keep, type Records } from './records.ts'

/** What a station's database holds. All of it is copied when a disk is imaged or cloned. */
export interface Disk {
  meta: Meta
  base: Memory
  /** Conflict records as the base has them, what waits left aside. */
  records: Records
  stage: Memory
  stage_records: Records
  staged: Map<string, number>
  outbox: Map<string, Entry>
  archive: Map<string, Archived>
  /** `incarnation:n` to the hash of the link. */
  links: Map<string, string>
  history: readonly Position[]
  next_local_id: number
  /** Files that were announced and whose bytes did not come yet: no operation, until they do. */
  uploads: Map<string, Upload>
  /** What this disk has ever accepted: for the oracle, no part of the product. */
  owned: Set<string>
  /** The same as the oracle's bits, for ever. */
  own: bigint
  /** What was folded into a waiting operation here: for the oracle too. */
  folded: Map<string, bigint>
  fold: Fold
}

export interface Upload {
  readonly name: string
  readonly unit_id: string | null
  readonly run_id: string | null
}

export function newDisk(station_id: string, incarnation: string): Disk {
  const chain = { seq: 0, hash: GENESIS }
  return {
    meta: { station_id, incarnation, lineage: [], chain, cursor: origin, stage: null },
    base: memory(),
    records: new Map(),
    stage: memory(),
    stage_records: new Map(),
    staged: new Map(),
    outbox: new Map(),
    archive: new Map(),
    links: new Map(),
    history: [chain],
    next_local_id: 1,
    uploads: new Map(),
    owned: new Set(),
    own: 0n,
    folded: new Map(),
    fold: emptyFold(memory()),
  }
}

export function imageOf(disk: Disk): Disk {
  const image = {
    ...disk,
    base: memory(disk.base.all()),
    records: new Map(disk.records),
    stage: memory(disk.stage.all()),
    stage_records: new Map(disk.stage_records),
    staged: new Map(disk.staged),
    outbox: new Map(disk.outbox),
    archive: new Map(disk.archive),
    links: new Map(disk.links),
    uploads: new Map(disk.uploads),
    owned: new Set(disk.owned),
    folded: new Map(disk.folded),
    fold: emptyFold(memory()),
  }
  foldAll(image)
  return image
}

export const outboxOf = (disk: Disk): Entry[] =>
  [...disk.outbox.values()].sort((a, b) => a.local_id - b.local_id)

export const heldBy = ({ outbox, archive }: Disk, op_id: string): Entry | undefined =>
  outbox.get(op_id) ?? archive.get(op_id)

export function contentOf(disk: Disk, op_id: string): string | undefined {
  const entry = heldBy(disk, op_id)
  return entry === undefined ? undefined : contentHash(digest, entry.op, entry.known_deleted)
}

export const authorOf = ({ meta }: Disk) => authorHere(meta.station_id, meta.incarnation, meta.lineage)

export function viewOf(disk: Disk): StationView {
  return {
    meta: disk.meta,
    base: disk.base,
    outbox: () => outboxOf(disk),
    slips: () => outboxOf(disk).filter(isSlip),
    waiting: () => disk.outbox,
    archive: () => [...disk.archive.values()].sort((a, b) => a.local_id - b.local_id),
    archived: (op_id) => disk.archive.get(op_id),
    linkAt: (n) => (n === 0 ? GENESIS : disk.links.get(`${disk.meta.incarnation}:${n}`)),
    history: () => disk.history,
    stagedSeq: (op_id) => disk.staged.get(op_id),
  }
}

/** Everything waiting, decided again on the base from the first to the last. */
export function fullFold(disk: Disk): Fold {
  const fold = emptyFold(memory(disk.base.all()))
  for (const entry of outboxOf(disk)) append(fold, authorOf(disk), entry)
  return fold
}

function foldAll(disk: Disk): void {
  disk.fold = fullFold(disk)
}

/** Does one transaction, and brings what scripts see up to date in it. */
export function commit(disk: Disk, write: Write): void {
  const change = changeBelow(write, disk)
  if (write.meta !== undefined) disk.meta = write.meta
  if (write.stage_is === 'empty') {
    disk.stage = memory()
    disk.stage_records = new Map()
    disk.staged = new Map()
  }
  if (write.stage !== undefined) {
    applyAll(disk.stage, write.stage.rows)
    keep(disk.stage_records, write.stage.words)
    for (const [op_id, seq] of write.stage.own) disk.staged.set(op_id, seq)
  }
  if (write.stage_is === 'take') {
    disk.base = disk.stage
    disk.records = disk.stage_records
    disk.stage = memory()
    disk.stage_records = new Map()
    disk.staged = new Map()
  }
  if (write.base !== undefined) applyAll(disk.base, write.base)
  keep(disk.records, write.words ?? [])
  for (const op_id of write.outbox?.remove ?? []) disk.outbox.delete(op_id)
  for (const op_id of write.archive?.remove ?? []) disk.archive.delete(op_id)
  for (const [op_id, entry] of disk.outbox) disk.outbox.set(op_id, withAll(entry, write))
  for (const entry of write.archive?.put ?? []) disk.archive.set(entry.op.op_id, entry)
  for (const entry of write.outbox?.put ?? []) {
    disk.outbox.set(entry.op.op_id, entry)
    if (entry.seal !== null) disk.links.set(`${entry.seal.incarnation}:${entry.seal.n}`, entry.seal.hash)
  }
  if (write.history !== undefined) disk.history = write.history
  if (change === null) foldAll(disk)
  else refold(disk.fold, disk.base, disk.outbox, authorOf(disk), change)
}

/** Two phases: with keys let go of first, no order of rows can make two hold one. */
function applyAll(into: Memory, rows: readonly Row[]): void {
  for (const { noun, id } of rows) into.drop(noun, id)
  for (const row of rows) into.put(row)
}
