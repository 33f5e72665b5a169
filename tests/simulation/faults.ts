import type { Operation } from '../../src/model/operation.ts'
import { contentOf, type Disk, heldBy, imageOf } from './disk.ts'
import { crash, localRequest, localWrite, newId, newNode, wake } from './node.ts'
import type { Action } from './plan.ts'
import { type Prng, prng } from './prng.ts'
import { operationAboutRuns, report } from './report.ts'
import { operationFor, requestFor } from './workload.ts'
import { answerAtHeadquarters, answerAtStation } from './answers.ts'
import { nameOf } from './oracle.ts'
import { officeWrite } from './office.ts'
import { backUp, count, later, type Node, restore, type World } from './world.ts'

const images = new WeakMap<World, { node: Node; disk: Disk }[]>()

/** Does one thing of the plan: a script's work, or a misfortune. */
export function act(world: World, action: Action): void {
  const r = prng(action.seed)
  const node = world.nodes[action.station % world.nodes.length]!
  const { names, runs = 0 } = world.plan
  const id = () => newId(node.ids)
  const token = `run ${world.oracle.ledger.size}`
  const { uploads, fold } = node.disk
  const state = fold.live
  const bench = { state, uploads, r, names, newId: id, token }
  const isAboutRuns = runs > 0 && r.chance(runs)
  count(world, `action ${action.kind}`)
  switch (action.kind) {
    case 'write': {
      const operation = isAboutRuns ? operationAboutRuns(bench) : operationFor(state, r, names, id)
      if (operation !== null) localWrite(world, node, operation, id())
      return
    }
    case 'request': {
      if (isAboutRuns) return void localRequest(world, node, report(bench))
      const txn_id = id()
      for (const operation of requestFor(state, r, names, id))
        if (!localWrite(world, node, operation, txn_id)) return
      return
    }
    case 'decide':
      return r.chance(0.6) ? answerAtStation(world, node, r) : answerAtHeadquarters(world, r)
    case 'office': {
      const { rows: state } = world.central
      const office = { ...bench, state, uploads: world.uploads, newId: () => newId(world.office) }
      const operation = isAboutRuns ? operationAboutRuns(office) : operationFor(state, r, names, office.newId)
      if (operation !== null) officeWrite(world, [operation])
      return
    }
    case 'newer': {
      // A newer version of the program was here and left something that headquarters cannot read.
      localWrite(world, node, { type: 'gadget.create', id: id(), name: 'G' } as unknown as Operation, id())
      return
    }
    case 'unstorable': {
      // An earlier version of the program took a text that headquarters' database cannot keep.
      localWrite(world, node, { type: 'station.create', id: id(), name: r.pick(['\0', 'a\0b']) }, id())
      return
    }
    case 'answer': {
      // A person says that they look after it themselves.
      const record = r.pick(world.central.waiting)
      const said = { type: 'conflict.answer', answer: r.pick(['ok', null]) ?? null, undo: '[]' } as const
      const txn_id = id()
      world.oracle.blind.add(txn_id)
      if (record !== undefined) localWrite(world, node, { ...said, id: record.id }, txn_id)
      return
    }
    case 'cut':
      return cut(world, node, { out: false, back: false }, r)
    case 'one_way':
      return cut(world, node, r.chance(0.5) ? { out: true, back: false } : { out: false, back: true }, r)
    case 'crash':
      return crash(world, node, r.int(10, 60_000))
    case 'crash_midway':
      node.crash_in = r.int(0, 4)
      return
    case 'full_disk':
      node.full_in = r.int(0, 2)
      return
    case 'image':
      imagesOf(world).push({ node, disk: imageOf(node.disk) })
      return
    case 'rollback':
      return rollBack(world, r)
    case 'clone':
      return clone(world, node)
    case 'resume':
      // One memory image of a virtual machine, resumed twice: both give out the same ids from now on.
      return clone(world, node, prng(node.ids.state()))
    case 'move':
      clone(world, node)
      return retire(world, node)
    case 'clock':
      node.clock_ms = r.pick([0, 3_600_000, -3_600_000, 400 * 86_400_000, -400 * 86_400_000, -world.now])
      return
    case 'backup':
      return backUp(world)
    case 'restore':
      if (r.chance(0.3)) backUp(world)
      return restore(world, r)
    case 'hq_crash':
      world.hq_up = false
      world.agenda.at(world.now + r.int(100, 30_000), () => {
        world.hq_up = true
        later(world)
      })
  }
}

function imagesOf(world: World): { node: Node; disk: Disk }[] {
  const taken = images.get(world) ?? []
  images.set(world, taken)
  return taken
}

function cut(world: World, node: Node, link: Node['link'], r: Prng): void {
  node.link = link
  world.agenda.at(world.now + r.int(1_000, 60_000), () => (node.link = { out: true, back: true }))
}

/** A disk is set back to an image of itself; the image can be used again. */
function rollBack(world: World, r: Prng): void {
  const image = r.pick(imagesOf(world))
  if (image === undefined || !world.nodes.includes(image.node)) return
  const { node } = image
  excuse(world, node.disk, image.disk)
  node.disk = imageOf(image.disk)
  node.lineage = `${node.lineage}'`
  node.causes.copied += 1
  count(world, 'rollbacks')
  crash(world, node, 100)
}

/** The disk is copied to another PC, and both go on. */
function clone(world: World, node: Node, ids?: Prng): void {
  if (world.nodes.length >= 8) return
  const copy = newNode(world, `${node.name}c${world.stats['clones'] ?? 0}`, imageOf(node.disk), ids)
  world.nodes.push(copy)
  node.causes.copied += 1
  copy.causes.copied += 1
  count(world, 'clones')
}

/** The PC is scrapped. What only its disk held is lost, and nobody can say otherwise. */
function retire(world: World, node: Node): void {
  if (world.nodes.length < 3) return
  excuse(world, node.disk, null)
  node.alive = false
  node.boot += 1
  node.timer += 1
  world.nodes.splice(world.nodes.indexOf(node), 1)
  count(world, 'retired')
}

/** What a disk held and its image does not may be lost: operations, and renamings that were folded into others. */
function excuse({ oracle }: World, disk: Disk, image: Disk | null): void {
  for (const { op } of [...disk.outbox.values(), ...disk.archive.values()]) {
    if (image === null || heldBy(image, op.op_id) === undefined) oracle.ledger.get(nameOf(op))!.excused = true
  }
  for (const accepted of oracle.ledger.values()) {
    const { op_id, folded_into } = accepted
    if (folded_into === null || contentOf(disk, folded_into.op_id) !== folded_into.content) continue
    const kept =
      image !== null &&
      (heldBy(image, op_id) !== undefined || contentOf(image, folded_into.op_id) === folded_into.content)
    if (!kept) accepted.folded_into = null
  }
}

/** The network is well again, for these stations. */
export function heal(world: World, nodes: readonly Node[]): void {
  world.network = { drop: 0, duplicate: 0, late: 0, garbage: 0, latency_ms: 20 }
  world.hq_up = true
  later(world)
  for (const node of nodes) {
    node.link = { out: true, back: true }
    node.crash_in = null
    node.full_in = null
    node.session = { ...node.session, failures: 0 }
    if (node.alive) wake(world, node)
  }
}
