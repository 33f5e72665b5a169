import { afterAll, expect, test, vi } from 'vitest'

import { foreseeing } from '../../src/main/store/foresee.ts'
import { perform } from '../../src/main/store/inbox.ts'
import type { JournaledOperation } from '../../src/model/operation.ts'
import { memory } from '../../src/model/memory.ts'
import { decidesAnew } from '../../src/model/sync/acceptance.ts'
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
 * [S17] The simulator's histories on SQLite once more. Whenever headquarters says something while operations wait, or one of them is rewritten, or a new history or a new incarnation
 * makes all of them be decided again, two copies of the database accept a few more. One takes it in after that; the other has begun to work it out before. In the end both are the same.
 */
const { twins, seen } = vi.hoisted(() => ({
  twins: new WeakMap<object, Twin>(),
  seen: { foreseen: 0, histories: 0, incarnations: 0, rewritten: 0, accepted: 0, inside: 0 },
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
      const anew = decidesAnew(change)
      const reaches = anew || change.base !== undefined || (change.outbox?.remove.length ?? 0) > 0
      if (reaches && (anew || of.outbox.size > 0) && isForeseeable(of, change))
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

/** It neither makes a stage nor gives ids up. */
function isForeseeable(disk: Disk, { stage_is, outbox }: Write): boolean {
  const isHeld = (op_id: string) => disk.outbox.has(op_id) || disk.archive.has(op_id)
  return stage_is !== 'empty' && (outbox?.put ?? []).every(({ op }) => isHeld(op.op_id))
}

let dice: Prng
let count = 0

function play(plain: Twin, beside: Twin, { stage, ...change }: Write): void {
  if (stage !== undefined) for (const twin of [plain, beside]) write(twin, { stage })
  const accepted = moreWork(plain)
  write(plain, change)

  const { db, synced } = beside
  const still = db.snapshot()
  const work = foreseeing(still, db, synced, change)
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
  if (change.stage_is === 'take') seen.histories += 1
  else if (change.unsealed) seen.incarnations += 1
  else if (change.base === undefined) seen.rewritten += 1
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

/** In 19 and 60 somebody once asked for what waits between the moment that is worked on and the first step of the work. */
const played = [1, 2, 3, 4, 5, 6, 7, 19, 38, 41, 45, 60]
const asked = Number(process.env['SEEDS'] ?? 0)
const FROM = Number(process.env['FROM'] ?? 1)
const seeds = asked === 0 ? played : Array.from({ length: asked }, (_, n) => FROM + n)

test(
  `[S17] ${seeds.length} simulated histories: what is decided beside comes to the same`,
  { timeout: asked === 0 ? 120_000 : 3_600_000 },
  () => {
    for (const seed of seeds) {
      dice = prng(seed)
      const { failure } = simulate(plan(seed))
      expect(failure, `seed ${seed}`).toBe(null)
    }
    expect(seen.foreseen).toBeGreaterThan(seeds.length * 5)
    expect(seen.accepted).toBeGreaterThan(seeds.length * 5)
    expect(seen.inside).toBeGreaterThan(seeds.length)
    if (asked > 0) return
    expect(seen.rewritten).toBeGreaterThan(0)
    expect(seen.histories).toBeGreaterThan(5)
    expect(seen.incarnations).toBeGreaterThan(3)
  },
)
