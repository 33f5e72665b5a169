import { headOf } from './central.ts'
import { act, heal } from './faults.ts'
import { checkAgain, checkBase, checkState } from './laws.ts'
import { isSettled, newNode } from './node.ts'
import { type Accepted, isSame, stateDigest, violated } from './oracle.ts'
import { type Plan, RUN_MS } from './plan.ts'
import { count, isDueNow, newWorld, type Node, type World } from './world.ts'

export interface Outcome {
  readonly failure: string | null
  readonly stats: Readonly<Record<string, number>>
  readonly knowledge: { readonly asked: number; readonly false_unseen: number }
  /** Everything that was said, in one word: equal for equal plans. */
  readonly trace: string
}

/** Plays a plan: misfortune first, then peace for some, then peace for all, and in the end all must be one. */
export function simulate(plan: Plan): Outcome {
  const world = newWorld(plan)
  for (let index = 0; index < plan.stations; index += 1) world.nodes.push(newNode(world, `s${index}`))
  let failure: string | null = null
  try {
    for (const action of plan.actions) world.agenda.at(action.at, () => act(world, action))
    play(world, () => world.now > RUN_MS * 1.2)
    const some = world.nodes.filter((_, index) => (plan.seed >> index) % 2 === 0)
    const others = world.nodes.filter((node) => !some.includes(node))
    for (const node of others) node.link = { out: false, back: false }
    settle(world, some, 'L2')
    settle(world, world.nodes, 'L1')
    checkEnd(world)
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error)
  }
  return { failure, stats: world.stats, knowledge: world.knowledge, trace: world.trace }
}

function play(world: World, until: () => boolean): void {
  for (let next = world.agenda.next(); next !== undefined; next = world.agenda.next()) {
    world.now = next.time
    next.run()
    if (until()) return
  }
}

/** [L1] [L2] Whoever is healthy comes to rest within 200 rounds, whatever the others do. */
function settle(world: World, nodes: readonly Node[], law: string): void {
  heal(world, nodes)
  const settled = () =>
    !isDueNow(world) && nodes.every((node) => node.alive && isSettled(node, headOf(world.central).hash))
  // A round is a poll; a proxy may also have asked for the longest pause there is, twice.
  const end = world.now + 200 * world.plan.limits.poll_ms + 600_000
  play(world, () => world.now > end || settled())
  if (!settled()) {
    if (isDueNow(world)) violated('I26', 'what waits for rows that are there is not tried again')
    const state = nodes.map(
      ({ name, disk }) => `${name} waiting ${disk.outbox.size} at ${disk.meta.cursor.seq}`,
    )
    violated(law, `no rest: ${state.join(', ')}, head ${headOf(world.central).seq}`)
  }
  count(world, `settled ${law}`)
}

function checkEnd(world: World): void {
  const { central, nodes, oracle, stats } = world
  checkState(central.rows, 'headquarters')
  for (const { name, disk } of nodes) {
    checkBase(oracle, disk, name)
    const differs = [...central.rows.all()].find((row) => !isSame(disk.fold.live.get(row.noun, row.id), row))
    if (differs !== undefined)
      violated('I5', `${name} shows another ${differs.noun} ${differs.id} than headquarters`)
    if (stateDigest(disk.fold.live.all()) !== stateDigest(central.rows.all()))
      violated('I5', `${name} shows more rows`)
  }
  const times = new Map<string, number>()
  for (const { op_id } of central.commits) {
    const name = oracle.taken.get(op_id)
    // A second try is no second arrival.
    if (name === undefined) continue
    times.set(name, (times.get(name) ?? 0) + 1)
  }
  for (const [name, accepted] of oracle.ledger) {
    const { excused, reminted_as, operation } = accepted
    const done = times.get(name) ?? 0
    if (done > 1) violated('I4', `${name} ${operation.type} was done ${done} times`)
    // What gave up its id is looked for under the new one.
    if (done === 0 && !excused && reminted_as === null)
      violated('I4', `${name} ${operation.type} was accepted and is lost`)
    if (done === 1) checkCreated(world, accepted)
    if (done === 0) checkFolded(world, accepted)
  }
  checkAgain(oracle, central)
  checkAlarms(world, stats)
}

/** [I4] A renaming that was folded into an operation arrived with it, or by itself. */
function checkFolded({ central, oracle }: World, { op_id, folded_into }: Accepted): void {
  if (folded_into === null) return
  const made = oracle.ledger.get(folded_into.name)!
  const arrived = central.operations.get(folded_into.op_id)?.content === folded_into.content
  const renamed = oracle.ledger.get(made.reminted_as ?? '')?.op_id
  const followed = renamed !== undefined && central.operations.has(renamed)
  if (!arrived && !followed && !made.excused)
    violated('I4', `the renaming ${op_id} was folded away and is lost`)
}

/** [I9] What was made is there, as itself or as part of another, unless making it was refused in words. */
function checkCreated({ central }: World, { op_id, operation }: Accepted): void {
  const [noun, verb] = operation.type.split('.')
  if (verb !== 'create' || central.rows.get(noun as 'unit', operation.id) !== undefined) return
  const commit = central.commits.find((one) => one.op_id === op_id)!
  if (commit.result !== 'rejected') violated('I9', `${noun} ${operation.id} was made and is nowhere`)
}

/** [I18] Every copy that spoke raised an alarm. [I19] Bad weather alone raises none. [L4] Nothing is begun anew without cause. */
function checkAlarms({ central, received, nodes }: World, stats: Readonly<Record<string, number>>): void {
  const forks = (stats['rollbacks'] ?? 0) + (stats['clones'] ?? 0)
  const restores = stats['restores'] ?? 0
  const born = stats['incarnations'] ?? 0
  if (forks + restores === 0 && born + (stats['incidents'] ?? 0) + central.closed.size > 0) {
    violated('I19', `${born} incarnations, ${stats['incidents']} incidents and nobody was copied`)
  }
  for (const { name, causes } of nodes) {
    const { copied, taken, overtaken, begun } = causes
    if (begun > restores + copied + taken + overtaken) violated('L4', `${name} began ${begun} incarnations`)
  }
  if (restores > 0) return
  for (const [place, hashes] of received) {
    const [incarnation] = place.split(':')
    const alarm = central.incidents.some((one) => one.kind === 'copied' && one.incarnation === incarnation)
    if (hashes.size > 1 && !alarm) violated('I18', `${place} came twice and nobody was told`)
  }
}
