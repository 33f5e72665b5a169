import { setTimeout as sleep } from 'node:timers/promises'

import { atMost, type Result } from './results.ts'
import { type Bench, openBench, request, startOffice, startScript } from './sync-station.ts'

/**
 * Headquarters is restored from a backup that lacks what a station sent since, and the station has been alone with more: it reads the new
 * history from its beginning and takes it whole, and all that waits is decided again.
 */
export async function measureNewHistory(count: number, lost = 1_000, waiting = 5_000): Promise<Result> {
  const office = await startOffice(count)
  const bench = await openBench(office.url, office.code)
  await bench.line.round()
  await office.tell('backup')
  await work(bench, 'LOST', lost)
  while (waits(bench) > 0 || sequence(bench) < (await office.traffic()).head) await bench.line.round()
  await bench.hangUp()
  await work(bench, 'OWN', waiting)
  await office.tell('restore')

  const script = startScript(bench)
  await bench.call()
  const started = performance.now()
  while (meta(bench).stage === null) await sleep(5)
  const begun = performance.now()
  while (meta(bench).stage !== null) await sleep(5)
  const taken = performance.now()
  const again = waits(bench)
  while (waits(bench) > again / 100) await sleep(20)
  const { most, detail } = await script.stop()
  await bench.close()
  office.stop()
  const seconds = (from: number, to: number) => ((to - from) / 1_000).toFixed(1)
  return {
    what: 'sync: longest wait while a new history is taken, ms',
    value: most,
    target: atMost(50),
    detail:
      `${count} units read anew in ${seconds(begun, taken)} s (seen after ${seconds(started, begun)} s), ` +
      `${again} operations sent again, ${lost} of them had been confirmed; ${detail}`,
  }
}

const meta = ({ store }: Bench) => store.synced.meta(store.db)!
const waits = ({ store }: Bench) => store.synced.outbox.byId(store.db).size
const sequence = (bench: Bench) => meta(bench).cursor.seq

/** Batches, and ten units of headquarters' revision for each. */
async function work({ app }: Bench, mark: string, operations: number): Promise<void> {
  const post = async (path: string, body: object) => app(request('POST', path, body))
  const of = { part_number: 'P-1', revision_number: 'A' }
  for (let lot = 0; lot < operations / 11; lot += 1) {
    await post('/v2/batches', { number: `${mark}-${lot}` })
    await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        post('/v2/units', { ...of, serial_number: `${mark}-${lot}-${n}` }),
      ),
    )
  }
}
