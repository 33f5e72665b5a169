import { headOf } from './central.ts'
import { act, heal } from './faults.ts'
import { checkEnd } from './end.ts'
import { isSettled, newNode } from './node.ts'
import { violated } from './oracle.ts'
import { type Plan, RUN_MS } from './plan.ts'
import { count, isDueNow, later, newWorld, type Node, type World } from './world.ts'

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
    if (plan.old) world.agenda.at(plan.old.until, () => later(world))
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
