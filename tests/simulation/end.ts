import { checkAgain, checkBase, checkState } from './laws.ts'
import { type Accepted, isSame, stateDigest, violated } from './oracle.ts'
import { textOf } from './records.ts'
import type { World } from './world.ts'

/** What must hold when all have come to rest. */
export function checkEnd(world: World): void {
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
  checkRecords(world)
  checkRuns(world)
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
    const again = reminted_as === null ? undefined : oracle.ledger.get(reminted_as)
    const twice = done === 1 && times.has(reminted_as ?? '') && again?.operation.type === operation.type
    // Restored headquarters may have given the id that was taken back to the one that had it first.
    if (twice && !oracle.restored) violated('I4', `${name} ${operation.type} was done under two ids`)
    if (done === 0) checkFolded(world, accepted)
  }
  checkAgain(oracle, central)
  checkAlarms(world, stats)
}

/** [I21] What a bench reported is there once, whatever its ids became on the way. */
function checkRuns({ central }: World): void {
  const seen = new Set<unknown>()
  for (const { noun, id, fields } of central.rows.all()) {
    if (noun !== 'run') continue
    if (seen.has(fields['docstring'])) violated('I21', `run ${id} was made a second time`)
    seen.add(fields['docstring'])
  }
}

/** [I29] Every station keeps its conflict records as headquarters does, answered or open. */
function checkRecords({ central, nodes }: World): void {
  for (const { name, disk } of nodes) {
    const { station_id } = disk.meta
    const own = new Map([...central.records].filter(([, record]) => record.station_id === station_id))
    if (textOf(disk.records) !== textOf(own)) violated('I29', `${name} keeps other records than headquarters`)
  }
}

/** [I4] A renaming that was folded into an operation arrived with it, or by itself. */
function checkFolded({ central, oracle }: World, { op_id, folded_into }: Accepted): void {
  if (folded_into === null) return
  const made = oracle.ledger.get(folded_into.name)!
  const arrived = central.operations.get(folded_into.op_id)?.content === folded_into.content
  // By itself it is lost with the disk that had it so.
  const renamed = oracle.ledger.get(made.reminted_as ?? '')
  const followed = renamed !== undefined && (central.operations.has(renamed.op_id) || renamed.excused)
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
