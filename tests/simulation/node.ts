import type { ClockReading, JournaledOperation, Operation } from '../../src/model/operation.ts'
import type { Entry } from '../../src/model/sync/journal.ts'
import type { Answer, Request } from '../../src/model/sync/protocol.ts'
import { type Event, newSession, step, type Write } from '../../src/model/sync/station.ts'
import { commit, contentOf, type Disk, heldBy, newDisk, outboxOf, viewOf } from './disk.ts'
import { checkBase, checkFold, checkState } from './laws.ts'
import { nameOf, violated } from './oracle.ts'
import { digest, type Prng, stream } from './prng.ts'
import { ask, count, type Node, safeSeq, type World } from './world.ts'
import { accept, asOneRequest } from './workload.ts'

export function newNode(world: World, name: string, disk?: Disk, ids?: Prng): Node {
  const own = ids ?? stream(world.plan.seed, `ids ${name}`)
  const node: Node = {
    name,
    lineage: name,
    ids: own,
    session: newSession,
    alive: true,
    boot: 0,
    timer: 0,
    disk: disk ?? newDisk(`station-${name}`, newId(own)),
    link: { out: true, back: true },
    crash_in: null,
    full_in: null,
    clock_ms: 0,
    causes: { copied: 0, taken: 0, overtaken: 0, begun: 0 },
  }
  sleep(world, node, world.schedule.int(0, 2_000))
  return node
}

export function newId(ids: Prng): string {
  const word = () =>
    Math.floor(ids.next() * 2 ** 32)
      .toString(16)
      .padStart(8, '0')
  return word() + word()
}

function sleep(world: World, node: Node, ms: number): void {
  const timer = (node.timer += 1)
  world.agenda.at(world.now + ms, () => {
    if (node.timer === timer) run(world, node, { kind: 'wake' })
  })
}

export const wake = (world: World, node: Node) => sleep(world, node, 0)

/** One step of the station's engine, its effects done in order unless something kills it in between. */
export function run(world: World, node: Node, event: Event): void {
  if (!node.alive) return
  const tools = {
    hash: digest,
    newId: () => newId(node.ids),
    // Chance is drawn too: runs that were written down when it was still made of that go on as they did.
    idFrom: (text: string) => (newId(node.ids), digest(text)),
    chance: () => world.schedule.next(),
    limits: { ...world.plan.limits, seals: 6 },
  }
  const { session, effects } = step(viewOf(node.disk), node.session, event, tools)
  node.session = session
  for (const effect of effects) {
    if (node.crash_in !== null && (node.crash_in -= 1) < 0) return crash(world, node, 1_000)
    if (effect.kind === 'sleep') sleep(world, node, effect.ms)
    else if (effect.kind === 'send') send(world, node, effect.id, effect.request)
    else if (node.full_in !== null && (node.full_in -= 1) < 0) {
      node.full_in = null
      count(world, 'full disks')
      return crash(world, node, 5_000)
    } else write(world, node, effect.write)
  }
}

/** The process is gone at once and comes back later with what is on the disk. */
export function crash(world: World, node: Node, ms: number): void {
  node.crash_in = null
  node.alive = false
  node.boot += 1
  node.session = newSession
  count(world, 'crashes')
  world.agenda.at(world.now + ms, () => {
    node.alive = true
    wake(world, node)
  })
}

function write(world: World, node: Node, change: Write): void {
  const { disk } = node
  const before = {
    cursor: disk.meta.cursor,
    incarnation: disk.meta.incarnation,
    outbox: new Map(disk.outbox),
  }
  const pruned = (change.archive?.remove ?? []).flatMap((op_id) => disk.archive.get(op_id) ?? [])
  commit(disk, change)
  const removed = (change.outbox?.remove ?? []).flatMap((op_id) => before.outbox.get(op_id) ?? [])
  for (const entry of change.outbox?.put ?? []) remint(world, node, entry, removed)
  for (const { op } of removed) if (!holds(disk, op.op_id)) squashed(world, disk, op)
  for (const { op } of change.outbox?.put ?? []) followFolds(world, disk, op)
  for (const { op, committed_seq } of pruned) {
    if (!holds(disk, op.op_id) && committed_seq > safeSeq(world))
      violated('I20', `${node.name} forgot ${op.op_id}`)
    if (!holds(disk, op.op_id)) disk.owned.delete(op.op_id)
  }
  for (const op_id of disk.owned) if (!holds(disk, op_id)) violated('I20', `${node.name} lost ${op_id}`)
  noteCauses(world, node, before.incarnation, change.archive?.put ?? [])
  if (change.stage_is === 'take') count(world, 'new histories')
  else if (disk.meta.cursor.seq < before.cursor.seq) violated('I17', `${node.name} went back`)
  checkBase(world.oracle, disk, node.name)
  if (world.plan.deep) checkFold(disk, node.name)
  checkState(disk.fold.live, node.name)
}

/** [L4] What may make a station begin a new incarnation, and whether it did. */
function noteCauses(world: World, node: Node, incarnation: string, confirmed: readonly Entry[]): void {
  const { disk, causes } = node
  const brought = world.central.incarnations.get(incarnation)?.links.length ?? 0
  if (confirmed.some(({ seal }) => seal?.incarnation === incarnation && seal.n > brought))
    causes.overtaken += 1
  if (disk.meta.incarnation === incarnation) return
  count(world, 'incarnations')
  causes.begun += 1
  // Machines that were given the same chance call their incarnations the same too: as good as copies.
  const namesake = world.incarnations.get(disk.meta.incarnation)
  for (const one of namesake === undefined ? [] : [node, namesake]) one.causes.copied += 1
  world.incarnations.set(disk.meta.incarnation, node)
}

const holds = (disk: Disk, op_id: string) => heldBy(disk, op_id) !== undefined

/** An operation that was folded into an earlier one is neither lost nor ever sent. */
function squashed(world: World, disk: Disk, op: JournaledOperation): void {
  disk.owned.delete(op.op_id)
  const { ledger } = world.oracle
  const renaming = ledger.get(nameOf(op))!
  if (renaming.reminted_as !== null) return
  renaming.excused = true
  const made = [...disk.outbox.values()].find((entry) => entry.op.operation.id === renaming.operation.id)
  if (made === undefined) return
  const name = nameOf(made.op)
  const made_one = ledger.get(name)!
  made_one.folded = { past: made_one.folded.past | renaming.past, own: made_one.folded.own | renaming.own }
  const into = { name, op_id: made.op.op_id, content: contentOf(disk, made.op.op_id)! }
  renaming.folded_into = into
  disk.folded.set(into.op_id, (disk.folded.get(into.op_id) ?? 0n) | renaming.bit)
  count(world, 'squashed')
}

/** What an operation says changes too when a row that it names gets another id: what was folded into it is part of it still. */
function followFolds({ oracle }: World, disk: Disk, op: JournaledOperation): void {
  const bits = disk.folded.get(op.op_id)
  if (bits === undefined) return
  const name = nameOf(op)
  const content = contentOf(disk, op.op_id)!
  oracle.folds.set(content, [...(oracle.folds.get(content) ?? []), bits])
  for (const one of oracle.ledger.values())
    if (one.folded_into?.name === name) one.folded_into = { name, op_id: op.op_id, content }
}

/** An operation that got a new id because another machine had the same. */
function remint(world: World, { disk, causes }: Node, { op }: Entry, removed: readonly Entry[]): void {
  const { ledger } = world.oracle
  const { op_id, operation } = op
  const name = nameOf(op)
  if (disk.owned.has(op_id)) return
  const taken = removed[0]!.op
  disk.owned.add(op_id)
  disk.owned.delete(taken.op_id)
  causes.taken += 1
  count(world, 'reminted')
  const past = ledger.get(nameOf(taken))!
  const is_whole = operation.type === past.operation.type
  const folded = disk.folded.get(taken.op_id)
  if (is_whole && folded !== undefined) {
    const content = contentOf(disk, op_id)!
    disk.folded.set(op_id, folded)
    for (const one of ledger.values())
      if (one.folded_into?.name === nameOf(taken)) one.folded_into = { name, op_id, content }
  }
  // A copy of this disk gave it the same id.
  if (ledger.has(name)) return
  // Who knew it under the old id knows it; who knew what was folded into it knows what is left to say.
  const bit = is_whole ? past.bit : (folded ?? past.bit)
  const knew = { past: past.past | past.folded.past, own: past.own | past.folded.own }
  // A renaming that is left of what makes a row is about that row.
  const means = is_whole ? past.means : new Map([['id', { name: nameOf(taken), is_own: true }]])
  const given_up = past.given_up + 1
  if (given_up > GIVEN_UP_MAX) violated('L4', `${name} gives its id up without end`)
  ledger.set(name, { ...past, ...knew, op_id, means, bit, operation, given_up, reminted_as: null })
  past.reminted_as = name
}

const TIMEOUT_MS = 10_000
/** Machines that were given the same chance are few, and no two give an id that is worked out to different things. */
const GIVEN_UP_MAX = 10

function send(world: World, node: Node, id: number, request: Request): void {
  const { boot } = node
  count(world, 'messages')
  if (request.kind === 'push') checkSeals(world, node, request)
  const tell = (event: Event) => {
    if (node.boot === boot) run(world, node, event)
  }
  world.agenda.at(world.now + TIMEOUT_MS, () => tell({ kind: 'failed', id }))
  const deliver = () => {
    const answer = node.link.out ? ask(world, request) : undefined
    if (answer !== undefined) reply(world, node, id, answer, tell)
  }
  for (const delay of fate(world)) world.agenda.at(world.now + delay, deliver)
}

function reply(world: World, node: Node, id: number, answer: Answer, tell: (event: Event) => void): void {
  for (const delay of fate(world)) {
    const garbled = world.schedule.chance(world.network.garbage)
    if (garbled) count(world, 'garbage')
    world.agenda.at(world.now + delay, () => {
      if (!node.link.back) return
      const retry_after_ms = world.schedule.pick([-1, 0, 1_000, 10 ** 9])
      tell(garbled ? { kind: 'failed', id, retry_after_ms } : { kind: 'answer', id, answer })
    })
  }
}

/** When a message arrives: never, once, twice, or long after anybody waits for it. */
function fate({ network, schedule, stats }: World): number[] {
  const tally = (what: string) => (stats[what] = (stats[what] ?? 0) + 1)
  const latency = () => Math.floor(network.latency_ms * (0.2 + schedule.next() * 2))
  if (schedule.chance(network.drop)) return (tally('drops'), [])
  if (schedule.chance(network.late)) return (tally('late'), [latency() + schedule.int(0, 90_000)])
  if (schedule.chance(network.duplicate))
    return (tally('duplicates'), [latency(), latency() + schedule.int(0, 60_000)])
  return [latency()]
}

const sent = new WeakMap<World, Map<string, string>>()

/** [I15] What one disk once sent under a number, it never sends another way. */
function checkSeals(world: World, node: Node, request: Request & { kind: 'push' }): void {
  const seals = sent.get(world) ?? new Map<string, string>()
  sent.set(world, seals)
  for (const { n, hash, op_id } of request.ops) {
    const place = `${node.lineage}:${request.incarnation}:${n}`
    if ((seals.get(place) ?? hash) !== hash) violated('I15', `${node.name} sent two operations as ${n}`)
    seals.set(place, hash)
    const sealed = node.disk.outbox.get(op_id)?.seal
    if (sealed?.hash !== hash) violated('I15', `${node.name} sent ${op_id} before it was sealed`)
  }
}

/** Operations of one request: all of them or, if one would not be done exactly as asked, none. */
export function localRequest(world: World, node: Node, operations: readonly Operation[]): boolean {
  if (!node.alive) return false
  const txn_id = newId(node.ids)
  const { live } = node.disk.fold
  const wanted = asOneRequest(live, operations, (one) => operationOf(world, node, one, txn_id, ''))
  if (wanted === null) return (count(world, 'refused by the API'), false)
  for (const operation of wanted)
    if (!localWrite(world, node, operation, txn_id))
      violated('I3', `${node.name} refused ${operation.type}, which it could do`)
  return true
}

/** A script's write on this station. False if the API refused it, or the process is not there. */
export function localWrite(world: World, node: Node, operation: Operation, txn_id: string): boolean {
  if (!node.alive) return false
  const op = operationOf(world, node, operation, txn_id, newId(node.ids))
  const done = accept(world.oracle, node.disk, op)
  count(world, done ? 'operations' : 'refused by the API')
  if (done) checkState(node.disk.fold.live, node.name)
  if (done && node.session.failures === 0 && world.schedule.chance(0.5)) wake(world, node)
  return done
}

function operationOf(
  world: World,
  node: Node,
  operation: Operation,
  txn_id: string,
  op_id: string,
): JournaledOperation {
  const clock: ClockReading = {
    wall_ms: world.now + node.clock_ms,
    boot_id: `${node.name}-${node.boot}`,
    // Another one for each operation: `nameOf` tells them apart by it.
    uptime_ms: world.now * 1_000 + node.disk.next_local_id,
  }
  const actor = { kind: 'station', id: node.disk.meta.station_id } as const
  return { op_id, txn_id, actor, clock, created_at: clock.wall_ms, operation }
}

export const isSettled = ({ disk }: Node, head: string) =>
  outboxOf(disk).length === 0 && disk.meta.stage === null && disk.meta.cursor.hash === head
