import { decide } from '../../src/model/decide.ts'
import { namingOf } from '../../src/model/decide/nouns.ts'
import { fold as keyOf } from '../../src/model/identifier.ts'
import { live, type Memory } from '../../src/model/memory.ts'
import type { JournaledOperation, Operation } from '../../src/model/operation.ts'
import type { Noun, Row, State } from '../../src/model/state.ts'
import { accepted } from '../../src/model/sync/acceptance.ts'
import { canonical } from '../../src/model/sync/chain.ts'
import { append } from '../../src/model/sync/fold.ts'
import { overlay } from '../../src/model/sync/overlay.ts'
import { authorOf, type Disk, heldBy } from './disk.ts'
import { namesIn } from './naming.ts'
import { enter, type Meant, nameOf, type Oracle, violated } from './oracle.ts'
import type { Prng } from './prng.ts'

/** What a script on a station does: something sensible for what it sees, or something that the API refuses. */
export function operationFor(state: Memory, r: Prng, names: number, newId: () => string): Operation | null {
  const rows = (noun: Noun) => [...live(state, noun)].sort((a, b) => (a.id < b.id ? -1 : 1))
  const some = (noun: Noun) => r.pick(rows(noun))?.id
  const name = () => `${r.chance(0.5) ? 'N' : 'n'}-${r.int(1, names)}`
  const id = newId()
  const noun = r.pick([
    'part',
    'revision',
    'batch',
    'batch',
    'batch',
    'unit',
    'unit',
    'unit',
    'unit',
    'station',
  ] as const)
  const verb = r.pick(['create', 'create', 'rename', 'delete', 'set', 'set'] as const)
  if (verb === 'create') return creation(noun, id, name(), some, r)
  const chosen = some(noun)
  if (chosen === undefined) return null
  if (verb === 'delete') return { type: noun === 'station' ? 'station.remove' : `${noun}.delete`, id: chosen }
  if (verb === 'rename') return renaming(noun, chosen, name())
  return setting(noun, chosen, some, r)
}

/** The nouns that the simulated scripts work with: those that people name. */
type Played = 'part' | 'revision' | 'batch' | 'unit' | 'station'
type Some = (noun: Noun) => string | undefined

function creation(noun: Played, id: string, name: string, some: Some, r: Prng): Operation | null {
  switch (noun) {
    case 'part':
      return { type: 'part.create', id, number: name, name: r.pick(['Pump', 'Valve']) }
    case 'revision': {
      const part_id = some('part')
      return part_id === undefined ? null : { type: 'revision.create', id, part_id, number: name }
    }
    case 'batch':
      return { type: 'batch.create', id, number: name }
    case 'unit': {
      const revision_id = some('revision')
      if (revision_id === undefined) return null
      const batch_id = r.chance(0.7) ? (some('batch') ?? null) : null
      const metadata = r.chance(0.5) ? { [r.pick(['a', 'b', 'constructor'])]: r.int(1, 3) } : {}
      return {
        type: 'unit.create',
        id,
        serial_number: name,
        revision_id,
        batch_id,
        sample: r.pick([null, 'golden']),
        metadata,
      }
    }
    case 'station':
      return { type: 'station.create', id, name }
  }
}

function renaming(noun: Played, id: string, name: string): Operation {
  switch (noun) {
    case 'part':
      return { type: 'part.update', id, number: name }
    case 'revision':
      return { type: 'revision.update', id, number: name }
    case 'batch':
      return { type: 'batch.rename', id, number: name }
    case 'unit':
      return { type: 'unit.update', id, serial_number: name }
    case 'station':
      return { type: 'station.update', id, name }
  }
}

function setting(noun: Played, id: string, some: Some, r: Prng): Operation | null {
  switch (noun) {
    case 'part':
      return { type: 'part.update', id, name: r.pick(['Pump', 'Valve', 'Motor']) }
    case 'revision':
      return { type: 'revision.update', id, image_id: r.pick([null, 'i1', 'i2']) }
    case 'station':
      return { type: 'station.update', id, team_id: r.pick([null, 't1', 't2']) }
    case 'batch': {
      const unit = some('unit')
      return unit === undefined ? null : { type: 'unit.move', id: unit, batch_id: id }
    }
    case 'unit':
      return unitSetting(id, some, r)
  }
}

function unitSetting(id: string, some: Some, r: Prng): Operation | null {
  const child_id = some('unit')!
  const revision_id = some('revision')!
  return r.pick<() => Operation>([
    () => ({ type: 'unit.move', id, batch_id: r.chance(0.8) ? (some('batch') ?? null) : null }),
    () => ({ type: 'unit.add_child', id, child_id }),
    () => ({ type: 'unit.remove_child', id, child_id }),
    () => ({ type: 'unit.update', id, revision_id, sample: r.pick([null, 'golden', 'failing']) }),
    () => ({
      type: 'unit.update',
      id,
      metadata: { [r.pick(['a', 'b', '__proto__'])]: r.pick([null, 1, 2, 'x', true]) },
    }),
  ])()
}

/** A test run's first contact with a unit: what it needs and does not find is made, in one request. */
export function requestFor(state: Memory, r: Prng, names: number, newId: () => string): Operation[] {
  const name = () => `N-${r.int(1, names)}`
  const [part, revision, batch, unit] = [name(), name(), name(), name()]
  const found = (noun: Noun, scope: string, number: string) => state.holder(noun, scope, keyOf(number))?.id
  const part_id = found('part', '', part) ?? newId()
  const revision_id = found('revision', part_id, revision) ?? newId()
  const batch_id = found('batch', '', batch) ?? newId()
  const all: [string | undefined, Operation][] = [
    [found('part', '', part), { type: 'part.create', id: part_id, number: part, name: 'Pump' }],
    [
      found('revision', part_id, revision),
      { type: 'revision.create', id: revision_id, part_id, number: revision },
    ],
    [found('batch', '', batch), { type: 'batch.create', id: batch_id, number: batch }],
    [
      found('unit', '', unit),
      {
        type: 'unit.create',
        id: newId(),
        serial_number: unit,
        revision_id,
        batch_id,
        sample: null,
        metadata: {},
      },
    ],
  ]
  return all.filter(([exists]) => exists === undefined).map(([, operation]) => operation)
}

const everything = { seen: () => true, rebased: false, known_deleted: [] }

/**
 * Those of a request's operations that change anything, or null if one would not be done exactly as asked: then none is.
 * @param entryOf the operation as it would be written down
 */
export function asOneRequest(
  state: State,
  operations: readonly Operation[],
  entryOf: (operation: Operation) => JournaledOperation,
): readonly Operation[] | null {
  const over = overlay(state)
  const wanted: Operation[] = []
  for (const operation of operations) {
    const mark = { op_id: '', incarnation: '', n: 0, station_id: null, seq: null }
    const { result, changed } = decide(over, entryOf(operation), everything, mark)
    if (result === 'noop') continue
    if (result !== 'applied') return null
    for (const { noun, id } of changed) over.drop(noun, id)
    for (const row of changed) over.put(row)
    wanted.push(operation)
  }
  return wanted
}

/** The station's API takes an operation, if it can be done exactly as asked. */
export function accept(oracle: Oracle, disk: Disk, op: JournaledOperation): boolean {
  const { live: state } = disk.fold
  const author = authorOf(disk)
  const mark = { op_id: op.op_id, incarnation: '', n: 0, station_id: disk.meta.station_id, seq: null }
  const decision = decide(state, op, everything, mark)
  const known =
    'number' in op.operation || 'serial_number' in op.operation || !op.operation.type.startsWith('gadget')
  if (known && decision.result !== 'applied') return false
  const entry = accepted(disk.next_local_id, op, disk.meta.cursor, deletedNamesakes(disk, op.operation))
  const saw = new Set([...live(state)].map(({ noun, id }) => `${noun}:${id}`))
  const means = meaningsOf(oracle, disk, op.operation)
  enter(oracle, op, { past: pastOf(oracle, disk), own: disk.own, saw, means, at_headquarters: false })
  disk.own |= oracle.ledger.get(nameOf(op))!.bit
  disk.next_local_id += 1
  disk.outbox.set(op.op_id, entry)
  disk.owned.add(op.op_id)
  const seen = append(disk.fold, author, entry)
  if (seen.result !== decision.result || canonical(seen.changed) !== canonical(decision.changed)) {
    violated(
      'I3',
      `${op.op_id} ${op.operation.type} was answered as ${decision.result} and shows as ${seen.result}`,
    )
  }
  return true
}

/** Which rows an operation is about, by the operations that made them. */
function meaningsOf(oracle: Oracle, disk: Disk, operation: Operation): Map<string, Meant> {
  const means = new Map<string, Meant>()
  for (const { place, noun, id } of namesIn(operation)) {
    const made = disk.fold.live.get(noun, id)?.marks['created']
    if (made === undefined) continue
    const entry = heldBy(disk, made.op_id)
    const own = entry === undefined ? undefined : nameOf(entry.op)
    // Of two operations with one id the row is that of the one that has a place.
    const name = made.seq === null ? own : oracle.taken.get(made.op_id)
    if (name !== undefined) means.set(place, { name, is_own: name === own })
  }
  return means
}

/** Every operation whose effect can be seen on this disk now. */
function pastOf(oracle: Oracle, disk: Disk): bigint {
  let { past } = oracle.histories.get(disk.meta.cursor.hash)!
  for (const { op } of disk.outbox.values())
    past |= oracle.ledger.get(nameOf(op))!.bit | (disk.folded.get(op.op_id) ?? 0n)
  return past
}

function deletedNamesakes(disk: Disk, operation: Operation): Row[] {
  const named = operation.type.endsWith('.create') ? namingOf(operation) : undefined
  if (named === undefined) return []
  const { noun, scope, name } = named
  return [...disk.fold.live.all()].filter(
    (row) =>
      row.noun === noun && row.deleted && row.into === null && row.scope === scope && row.key === keyOf(name),
  )
}
