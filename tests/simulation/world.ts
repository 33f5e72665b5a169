import type { Session } from '../../src/model/sync/station.ts'
import { tryAgain } from '../../src/model/sync/again.ts'
import { type Understand, understood } from '../../src/model/sync/judge.ts'
import { handle, type HeadquartersStore } from '../../src/model/sync/headquarters.ts'
import {
  type Answer,
  answer as answerSchema,
  type Commit,
  type PushRequest,
  type Request,
  request as requestSchema,
} from '../../src/model/sync/protocol.ts'
import { backupOf, type Central, headOf, isDue, newCentral, storeOf } from './central.ts'
import { type Agenda, agenda } from './heap.ts'
import {
  type Asked,
  checkCommit,
  checkPage,
  checkState,
  checkTried,
  type Count,
  noteWaiting,
} from './laws.ts'
import type { Disk, Upload } from './disk.ts'
import { newOracle, noteHistory, type Oracle, record, violated } from './oracle.ts'
import type { Network, Plan } from './plan.ts'
import { digest, type Prng, stream } from './prng.ts'

/** One PC. */
export interface Node {
  readonly name: string
  disk: Disk
  /** One line of a disk's life: a copy and a disk that was set back begin another. */
  lineage: string
  ids: Prng
  session: Session
  alive: boolean
  /** Counts starts of the process: what was asked before is answered to nobody. */
  boot: number
  timer: number
  link: { out: boolean; back: boolean }
  /** Effects until the process is killed, or the disk is full. */
  crash_in: number | null
  full_in: number | null
  clock_ms: number
  /** For the oracle: what may make it begin a new incarnation, and how often it did. */
  readonly causes: Causes
}

export interface Causes {
  /** Times that its disk was copied or set back. */
  copied: number
  /** Operations whose id was found to be taken. */
  taken: number
  /** Times that the feed confirmed what this chain had not brought: a copy, or an earlier chain, was faster. */
  overtaken: number
  begun: number
}

/** One run: a factory with its stations, its headquarters and its network, in virtual time. */
export interface World {
  readonly plan: Plan
  readonly agenda: Agenda
  readonly schedule: Prng
  readonly oracle: Oracle
  readonly nodes: Node[]
  /** Sound copies of headquarters that may be restored, oldest first. */
  backups: Central[]
  central: Central
  /** Where headquarters' own ids come from. */
  readonly office: Prng
  /** Files that were announced there. */
  readonly uploads: Map<string, Upload>
  now: number
  network: Network
  hq_up: boolean
  /** Headquarters will go on with second tries by itself. */
  trying: boolean
  readonly stats: Record<string, number>
  readonly knowledge: Count
  /** Hashes that headquarters received at each place of each chain. */
  readonly received: Map<string, Set<string>>
  /** Who began an incarnation. */
  readonly incarnations: Map<string, Node>
  trace: string
}

export function newWorld(plan: Plan): World {
  return {
    plan,
    agenda: agenda(),
    schedule: stream(plan.seed, 'schedule'),
    oracle: newOracle(),
    nodes: [],
    backups: [],
    central: newCentral('epoch-0'),
    office: stream(plan.seed, 'office'),
    uploads: new Map(),
    now: 0,
    network: plan.network,
    hq_up: true,
    trying: false,
    stats: {},
    knowledge: { asked: 0, false_unseen: 0 },
    received: new Map(),
    incarnations: new Map(),
    trace: '',
  }
}

export function count(world: World, what: string, by = 1): void {
  world.stats[what] = (world.stats[what] ?? 0) + by
}

/** Everything up to here survives any restore there may be. */
export const safeSeq = ({ backups }: World) => (backups[0] === undefined ? 0 : headOf(backups[0]).seq)

const sign = (text: string) => digest(`key|${text}`)

/** Headquarters answers, or does not: undefined if nobody is there. */
export function ask(world: World, asked: Request): Answer | undefined {
  if (!world.hq_up) return undefined
  const { central } = world
  const request = onTheWire(world, asked, (value) => requestSchema.parse(value))
  const incidents = central.incidents.length
  const answer = handle(watchedStore(world, request), request, {
    hash: digest,
    sign,
    understand: understandAt(world),
  })
  later(world)
  count(world, `answer ${answer.kind}`)
  if (request.kind === 'push') {
    const chain = central.incarnations.get(request.incarnation)
    if (chain !== undefined && chain.parent !== null)
      note(world.received, `${chain.parent.incarnation}:heir`, request.incarnation)
    for (const { op_id, n, hash } of request.ops) {
      // A chain whose beginning never came is not kept, nor what came after a gap: nothing can be compared with it.
      if (chain === undefined || n > chain.links.length + 1) break
      // An id that is taken is an alarm of its own, and what follows was not looked at.
      if (answer.kind === 'collision' && answer.op_id === op_id) break
      note(world.received, `${request.incarnation}:${n}`, hash)
    }
    checkState(central.rows, 'headquarters')
  }
  if (answer.kind === 'page') {
    checkPage(answer.from.seq, answer.to.seq, answer.commits, central.commits[answer.to.seq])
  }
  if (answer.kind === 'forked' && !central.closed.has(request.cursor.epoch))
    violated('I18', 'a lost end raised no alarm')
  count(world, 'incidents', central.incidents.length - incidents)
  world.trace = digest(`${world.trace}${request.kind}${answer.kind}${headOf(central).hash}`)
  return onTheWire(world, answer, (value) => answerSchema.parse(value))
}

/** Headquarters' store; whatever is written to it is held against the laws. */
function watchedStore(world: World, request: Request | null): HeadquartersStore {
  const { central, oracle } = world
  const store: HeadquartersStore = storeOf(
    central,
    () => safeSeq(world),
    (commit, known, tried) => {
      if (request !== null && request.kind !== 'push') violated('I4', 'a question changed something')
      count(world, `result ${commit.result}`)
      for (const { kind } of commit.conflicts) count(world, `conflict ${kind}`)
      const again = tried?.again
      if (again !== undefined) {
        count(world, `second try ${commit.result}`)
        checkTried(central.rows, again, commit)
      }
      const asked: Asked =
        again === undefined
          ? { ...(request as PushRequest), sent: sentIn(request as PushRequest, commit), again: false }
          : { ...again, sent: { ...again, ...again.op }, again: true }
      checkCommit(oracle, store, central.rows, asked, commit, world.knowledge)
      noteWaiting(oracle, central.rows, commit)
      const folded = oracle.folds.get(known.content) ?? []
      record(oracle, headOf(central).hash, commit, { folded, tried }, (row) =>
        central.rows.get(row.noun, row.id),
      )
    },
    world.plan.seed % 3 === 0 ? 1 : Infinity,
    understandAt(world),
  )
  return store
}

const sentIn = ({ ops }: PushRequest, commit: Commit) => ops.find(({ op_id }) => op_id === commit.op_id)!

/** What headquarters' program understands by now. */
export function understandAt({ plan: { old }, now }: World): Understand {
  return old === undefined || now >= old.until
    ? understood
    : (operation) => (operation.type === old.type ? undefined : understood(operation))
}

export const isDueNow = (world: World) =>
  world.central.waiting.some((one) => isDue(world.central, one, understandAt(world)))

/** What was too much for one transaction, and what a newer program understands, headquarters does by itself, soon. */
export function later(world: World): void {
  if (world.trying || !isDueNow(world)) return
  world.trying = true
  world.agenda.at(world.now + 100, () => {
    world.trying = false
    if (!world.hq_up) return
    tryAgain(watchedStore(world, null), { hash: digest, understand: understandAt(world) })
    later(world)
  })
}

/** Every sixteenth run speaks in real bytes: what the schemas do not let through does not exist. */
function onTheWire<Message>(world: World, message: Message, parse: (value: unknown) => Message): Message {
  return world.plan.seed % 16 === 0 ? parse(JSON.parse(JSON.stringify(message))) : message
}

function note(map: Map<string, Set<string>>, key: string, value: string): void {
  const values = map.get(key)
  if (values === undefined) map.set(key, new Set([value]))
  else values.add(value)
}

export function backUp(world: World): void {
  world.backups = [...world.backups, backupOf(world.central)].slice(-3)
  count(world, 'backups')
}

export function restore(world: World, r: Prng): void {
  const index = r.int(0, world.backups.length - 1)
  const backup = world.backups[index]
  if (backup === undefined) return
  // What was backed up later is gone with the history it belonged to.
  world.backups = world.backups.slice(0, index + 1)
  world.central = backupOf(backup)
  // What a person did at headquarters is lost with the end of its history: nobody sends it again.
  for (const accepted of world.oracle.ledger.values())
    if (accepted.at_headquarters && !world.central.operations.has(accepted.op_id)) accepted.excused = true
  world.oracle.restored = true
  noteHistory(world.oracle, world.central.commits)
  count(world, 'restores')
}
