import { type Prng, stream } from './prng.ts'

/** What a run is made of, all chosen before it starts: leaving things out of it is how a failure is made small. */
export interface Plan {
  readonly seed: number
  readonly stations: number
  readonly names: number
  /** Share of the work that is about runs and what goes with them. Plans written down before there were any have none of it. */
  readonly runs?: number
  readonly limits: { readonly ops: number; readonly page: number; readonly poll_ms: number }
  readonly network: Network
  /** Until when headquarters is too old to understand operations of a type. Plans written down before it could be have none. */
  readonly old?: { readonly type: string; readonly until: number } | undefined
  /** Compare what scripts see with a full fold after each write: as dear as all other laws together. */
  readonly deep: boolean
  readonly actions: readonly Action[]
}

/** How often a message suffers what, from 0 to 1. */
export interface Network {
  readonly drop: number
  readonly duplicate: number
  /** Comes long after the sender gave up. */
  readonly late: number
  /** An answer that is none: a proxy's page, a body cut off. */
  readonly garbage: number
  readonly latency_ms: number
}

/** `write` and `request` come from scripts, `decide` and `office` from people: a word to a conflict record, a change at headquarters. */
const workKinds = ['write', 'request', 'decide', 'office'] as const
export const faultKinds = {
  network: ['cut', 'one_way'],
  process: ['crash', 'crash_midway', 'full_disk'],
  identity: ['image', 'rollback', 'clone', 'resume', 'move'],
  clock: ['clock'],
  headquarters: ['backup', 'restore', 'hq_crash'],
  foreign: ['newer', 'unstorable', 'answer'],
} as const
type FaultClass = keyof typeof faultKinds
export type ActionKind = (typeof workKinds)[number] | (typeof faultKinds)[FaultClass][number]

export interface Action {
  readonly at: number
  readonly kind: ActionKind
  readonly station: number
  /** Every choice inside the action comes from here. */
  readonly seed: number
}

export const RUN_MS = 60_000
const quiet: Network = { drop: 0, duplicate: 0, late: 0, garbage: 0, latency_ms: 20 }

/** Chooses for each run which faults there are and how many: a run with few faults finds other defects than one with all. */
export function plan(seed: number): Plan {
  const r = stream(seed, 'plan')
  const stations = r.int(2, 6)
  const network = r.chance(0.75) ? stormy(r) : quiet
  const classes = (Object.keys(faultKinds) as FaultClass[]).filter(() => r.chance(0.5))
  const scripts: readonly ActionKind[] = ['write', 'write', 'write', 'request']
  const people: readonly ActionKind[] = [
    ...(r.chance(0.6) ? (['decide'] as const) : []),
    ...(r.chance(0.4) ? (['office'] as const) : []),
  ]
  const work = [...scripts, ...scripts, ...people, ...people]
  const workload = stream(seed, 'workload')
  const faults = stream(seed, 'faults')
  const actions = [
    ...actionsOf(workload, r.pick([5, 10, 20, 30, 80]), work, stations),
    ...classes.flatMap((name) => actionsOf(faults, faults.int(1, 10), faultKinds[name], stations)),
  ]
  return {
    seed,
    stations,
    names: r.int(2, 8),
    runs: r.pick([0, 0.2, 0.5, 0.8]),
    limits: { ops: r.int(1, 8), page: r.int(1, 12), poll_ms: r.pick([1_000, 4_000, 15_000]) },
    network,
    old: oldProgram(stream(seed, 'program')),
    deep: seed % 4 === 1,
    actions: actions.sort((a, b) => a.at - b.at),
  }
}

const newTypes = [
  'part.create',
  'revision.create',
  'batch.create',
  'batch.rename',
  'batch.delete',
  'unit.create',
  'unit.update',
  'unit.move',
  'unit.add_child',
  'unit.delete',
  'run.create',
  'procedure.create',
  'version.create',
  'link.create',
  'attachment.attach',
] as const

function oldProgram(r: Prng): Plan['old'] {
  return r.chance(0.25) ? { type: r.pick(newTypes), until: Math.floor(r.next() * RUN_MS) } : undefined
}

function stormy(r: Prng): Network {
  const rate = () => (r.chance(0.5) ? r.next() * 0.3 : 0)
  return {
    drop: rate(),
    duplicate: rate(),
    late: rate() / 2,
    garbage: rate() / 2,
    latency_ms: r.pick([5, 50, 500, 3_000]),
  }
}

function actionsOf(r: Prng, count: number, kinds: readonly ActionKind[], stations: number): Action[] {
  return Array.from({ length: count }, () => ({
    at: Math.floor(r.next() * RUN_MS),
    kind: r.pick(kinds),
    station: r.int(0, stations - 1),
    seed: Math.floor(r.next() * 2 ** 32),
  }))
}
