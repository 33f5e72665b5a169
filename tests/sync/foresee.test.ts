import { afterAll, expect, test, vi } from 'vitest'

import { defer } from '../../src/main/store/deferred.ts'
import { foreseeing } from '../../src/main/store/foresee.ts'
import { perform } from '../../src/main/store/inbox.ts'
import type { JournaledOperation } from '../../src/model/operation.ts'
import type { Row } from '../../src/model/state.ts'
import { memory } from '../../src/model/memory.ts'
import { isStorable } from '../../src/model/text.ts'
import type { Write } from '../../src/model/sync/station.ts'
import type * as Disks from '../simulation/disk.ts'
import type { Disk } from '../simulation/disk.ts'
import { plan } from '../simulation/plan.ts'
import { prng, type Prng } from '../simulation/prng.ts'
import type * as Workload from '../simulation/workload.ts'
import { expectSame } from './dump.ts'
import { close, closeTwins, copyOf, enter, liveRows, newTwin, started, type Twin, write } from './twin.ts'

/**
 * [S17] The simulator's histories on SQLite once more. Whenever headquarters says something while operations wait, or one of them is rewritten, two copies of the database
 * accept a few more. One takes in what headquarters says after that; the other has begun to work it out before. In the end both are the same.
 */
const { twins, seen } = vi.hoisted(() => ({
  twins: new WeakMap<object, Twin>(),
  seen: { foreseen: 0, rewritten: 0, accepted: 0, inside: 0 },
}))

vi.mock('../simulation/disk.ts', async (original) => {
  const disk = (await original()) as typeof Disks
  return {
    ...disk,
    newDisk(station_id: string, incarnation: string) {
      const made = disk.newDisk(station_id, incarnation)
      twins.set(made, newTwin(made.meta))
      return made
    },
    imageOf(of: Disk) {
      const image = disk.imageOf(of)
      twins.set(image, copyOf(twins.get(of)!))
      return image
    },
    commit(of: Disk, change: Write) {
      const twin = twins.get(of)!
      const reaches = change.base !== undefined || (change.outbox?.remove.length ?? 0) > 0
      if (reaches && of.outbox.size > 0 && isForeseeable(twin, change))
        play(copyOf(twin), copyOf(twin), change)
      disk.commit(of, change)
      write(twin, change)
    },
  }
})

vi.mock('../simulation/workload.ts', async (original) => {
  const workload = (await original()) as typeof Workload
  return {
    ...workload,
    accept(...[oracle, disk, op]: Parameters<typeof workload.accept>) {
      if (!isStorable(op.operation)) return false
      const done = workload.accept(oracle, disk, op)
      if (enter(twins.get(disk)!, op, !op.operation.type.startsWith('gadget')) !== done)
        throw new Error(`SQLite judged otherwise: ${JSON.stringify(op)}`)
      return done
    },
  }
})

/** Neither a new history nor a new incarnation. */
function isForeseeable({ db, synced }: Twin, { meta, stage_is, outbox }: Write): boolean {
  return (
    stage_is === undefined &&
    (meta === undefined || meta.incarnation === synced.meta(db)!.incarnation) &&
    (outbox?.put ?? []).every(({ op }) => synced.outbox.byId(db).has(op.op_id))
  )
}

function knownRows({ db }: Twin, rows: readonly Row[]): readonly Row[] {
  db.execute('BEGIN IMMEDIATE')
  const known = defer(db, rows)
  db.execute('ROLLBACK')
  return known
}

let dice: Prng
let count = 0

function play(plain: Twin, beside: Twin, change: Write): void {
  const accepted = moreWork(plain)
  write(plain, change)

  const { db, synced } = beside
  const still = db.snapshot()
  const known = change.base && knownRows(beside, change.base)
  const work = foreseeing(still, db, synced, known ? { ...change, base: known } : change)
  let step: ReturnType<typeof work.next> = { done: false, value: undefined }
  for (const op of accepted) {
    for (let steps = dice.int(0, 60); steps > 0 && !step.done; steps -= 1) step = work.next()
    if (step.done) seen.inside += 1
    expect(enter(beside, op, true)).toBe(true)
  }
  while (!step.done) step = work.next()
  db.execute('BEGIN IMMEDIATE')
  perform(db, synced, change, 0, step.value)
  db.execute('COMMIT')
  still.close()
  seen.foreseen += 1
  seen.accepted += accepted.length
  if (change.base === undefined) seen.rewritten += 1
  expectSame(beside, plain, seen.foreseen)
  expect(footprintsOf(beside)).toEqual(footprintsOf(started(beside)))
  for (const twin of [plain, beside]) close(twin)
}

/** What a script does then, as far as it is accepted. */
function moreWork(twin: Twin): readonly JournaledOperation[] {
  const actor = { kind: 'station', id: twin.synced.meta(twin.db)!.station_id } as const
  return Array.from({ length: dice.int(0, 5) }).flatMap((): JournaledOperation | [] => {
    const ids = (count += 1)
    const operation = operationFor(memory(liveRows(twin.db)), dice, 4, () => `more-${ids}`)
    if (operation === null) return []
    const clock = { wall_ms: ids, boot_id: 'boot', uptime_ms: ids }
    const op = { op_id: `more-op-${ids}`, txn_id: `more-op-${ids}`, actor, clock, created_at: ids, operation }
    return enter(twin, op, true) ? op : []
  })
}

const footprintsOf = ({ db, synced }: Twin) =>
  synced.outbox.list(db).map(({ op }) => synced.fold!.footprints.get(op.op_id))

const { simulate } = await import('../simulation/simulate.ts')
const { operationFor } = await import('../simulation/workload.ts')
afterAll(closeTwins)

const SEEDS = Number(process.env['SEEDS'] ?? 12)
const FROM = Number(process.env['FROM'] ?? 1)

test(
  `[S17] ${SEEDS} simulated histories: what is decided beside comes to the same`,
  { timeout: 120_000 },
  () => {
    for (let seed = FROM; seed < FROM + SEEDS; seed += 1) {
      dice = prng(seed)
      const { failure } = simulate(plan(seed))
      expect(failure, `seed ${seed}`).toBe(null)
    }
    expect(seen.foreseen).toBeGreaterThan(SEEDS * 10)
    expect(seen.accepted).toBeGreaterThan(SEEDS * 5)
    expect(seen.rewritten).toBeGreaterThan(0)
    expect(seen.inside).toBeGreaterThan(SEEDS)
  },
)
