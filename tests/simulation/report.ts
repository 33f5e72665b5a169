import { fold as keyOf } from '../../src/model/identifier.ts'
import { live, type Memory } from '../../src/model/memory.ts'
import type { Operation } from '../../src/model/operation.ts'
import type { Noun, Row } from '../../src/model/state.ts'
import type { Upload } from './disk.ts'
import type { Prng } from './prng.ts'

/** Where a script works, and what it may choose from. */
export interface Bench {
  /** What it shows. */
  readonly state: Memory
  /** Files that were announced here. */
  readonly uploads: Map<string, Upload>
  readonly r: Prng
  /** How many names there are. */
  readonly names: number
  readonly newId: () => string
  /** Another one for each run: what the run says of itself, whatever becomes of its ids. */
  readonly token: string
}

/** What a script does about procedures, runs and files; null if there is nothing that it could do it to, or nothing to be done yet. */
export function operationAboutRuns(bench: Bench): Operation | null {
  const { r } = bench
  const work = [procedure, version, link, link, run, run, run, file, file, file]
  return r.pick(work)(bench)
}

const rowsOf = ({ state }: Bench, noun: Noun) => [...live(state, noun)].sort((a, b) => (a.id < b.id ? -1 : 1))
const some = (bench: Bench, noun: Noun): Row | undefined => bench.r.pick(rowsOf(bench, noun))

function procedure(bench: Bench): Operation | null {
  const { r, newId } = bench
  const name = r.pick(['FCT', 'ICT', 'Burn-in'])
  const id = some(bench, 'procedure')?.id
  if (id === undefined || r.chance(0.4)) return { type: 'procedure.create', id: newId(), name }
  return r.chance(0.7) ? { type: 'procedure.update', id, name } : { type: 'procedure.delete', id }
}

function version(bench: Bench): Operation | null {
  const { r, newId, names } = bench
  const id = some(bench, 'version')?.id
  if (id !== undefined && r.chance(0.4)) return { type: 'version.delete', id }
  const procedure_id = some(bench, 'procedure')?.id
  if (procedure_id === undefined) return null
  return {
    type: 'version.create',
    id: newId(),
    procedure_id,
    tag: `${r.chance(0.5) ? 'V' : 'v'}${r.int(1, names)}`,
  }
}

function link(bench: Bench): Operation | null {
  const { r, newId } = bench
  const id = some(bench, 'link')?.id
  if (id !== undefined && r.chance(0.4)) return { type: 'link.delete', id }
  const [station, procedure] = [some(bench, 'station'), some(bench, 'procedure')]
  if (station === undefined || procedure === undefined) return null
  return { type: 'link.create', id: newId(), station_id: station.id, procedure_id: procedure.id }
}

function run(bench: Bench): Operation | null {
  const { r, newId } = bench
  const chosen = some(bench, 'run')
  if (chosen !== undefined && r.chance(0.6)) {
    if (r.chance(0.3)) return { type: 'run.delete', id: chosen.id }
    return {
      type: 'run.update',
      id: chosen.id,
      metadata: { [r.pick(['a', 'b'])]: r.pick([null, 1, 'x', true]) },
    }
  }
  const [unit, procedure] = [some(bench, 'unit'), some(bench, 'procedure')]
  if (unit === undefined || procedure === undefined) return null
  const versions = rowsOf(bench, 'version').filter((row) => row.scope === procedure.id)
  const version_id = r.chance(0.5) ? (r.pick(versions)?.id ?? null) : null
  return runOf(bench, {
    id: newId(),
    unit_id: unit.id,
    procedure_id: procedure.id,
    version_id,
    made_unit: false,
  })
}

type About = Pick<
  Operation & { type: 'run.create' },
  'id' | 'unit_id' | 'procedure_id' | 'version_id' | 'made_unit'
>

function runOf({ r, token }: Bench, about: About): Operation {
  return {
    type: 'run.create',
    ...about,
    outcome: r.pick(['PASS', 'FAIL', 'ERROR']),
    started_at: r.int(0, 1_000),
    ended_at: r.int(1_000, 2_000),
    docstring: token,
    operated_by_id: null,
    payload: r.pick([null, 'f00d']),
    metadata: r.chance(0.3) ? { a: 1 } : {},
  }
}

/** Files are announced, given to a unit or a run before or after their bytes are there, and deleted. */
function file(bench: Bench): Operation | null {
  const { r, newId, uploads } = bench
  const owner = r.pick([
    () => ({ unit_id: some(bench, 'unit')?.id ?? null, run_id: null }),
    () => ({ unit_id: null, run_id: some(bench, 'run')?.id ?? null }),
    () => ({ unit_id: null, run_id: null }),
  ])()
  const there = some(bench, 'attachment')
  if (there !== undefined && r.chance(0.4)) {
    if (r.chance(0.3)) return { type: 'attachment.delete', id: there.id }
    const { unit_id, run_id } = owner
    // What belongs to something stays there: the API does not even ask.
    if (there.fields['unit_id'] !== null || there.fields['run_id'] !== null) return null
    if (unit_id !== null) return { type: 'attachment.attach', id: there.id, unit_id }
    return run_id === null ? null : { type: 'attachment.attach', id: there.id, run_id }
  }
  const id = r.pick([...uploads.keys()])
  if (id === undefined || r.chance(0.4)) {
    uploads.set(newId(), { name: r.pick(['log.txt', 'board.png']), ...owner })
    return null
  }
  const upload = uploads.get(id)!
  uploads.delete(id)
  return {
    type: 'attachment.create',
    id,
    ...upload,
    sha256: r.pick(['a', 'b']).repeat(64),
    size: r.int(0, 9),
    content_type: r.pick([null, 'text/plain']),
  }
}

/** A test bench reports a run: what it names and is not there comes to be with it, and a unit that is known goes where the run says that it is. */
export function report(bench: Bench): Operation[] {
  const { state, r, names, newId } = bench
  const procedure_id = some(bench, 'procedure')?.id
  if (procedure_id === undefined) return [{ type: 'procedure.create', id: newId(), name: 'FCT' }]
  const operations: Operation[] = []
  const name = () => `${r.chance(0.5) ? 'N' : 'n'}-${r.int(1, names)}`
  /** The id that a name has, or that of what is made under it. */
  const bring = (noun: Noun, scope: string, number: string, made: (id: string) => Operation): string => {
    const found = state.holder(noun, scope, keyOf(number))?.id
    if (found !== undefined) return found
    const id = newId()
    operations.push(made(id))
    return id
  }
  const tag = `v${r.int(1, names)}`
  const version_id = r.chance(0.5)
    ? bring('version', procedure_id, tag, (id) => ({ type: 'version.create', id, procedure_id, tag }))
    : null
  const lot = name()
  const batch_id = r.chance(0.6)
    ? bring('batch', '', lot, (id) => ({ type: 'batch.create', id, number: lot }))
    : null
  const serial_number = name()
  const unit = state.holder('unit', '', keyOf(serial_number))
  const [number, revision] = [name(), name()]
  const part_id = bring('part', '', number, (id) => ({ type: 'part.create', id, number, name: 'Pump' }))
  const revision_id = bring('revision', part_id, revision, (id) => ({
    type: 'revision.create',
    id,
    part_id,
    number: revision,
  }))
  const unit_id = unit?.id ?? newId()
  const to = { serial_number, revision_id, batch_id }
  operations.push(...(unit === undefined ? [newUnit(unit_id, to)] : movesOf(unit, to)))
  const child = r.chance(0.2) ? some(bench, 'unit') : undefined
  if (child !== undefined && child.id !== unit_id)
    operations.push({ type: 'unit.add_child', id: unit_id, child_id: child.id })
  const made_unit = unit === undefined
  operations.push(runOf(bench, { id: newId(), unit_id, procedure_id, version_id, made_unit }))
  return operations
}

/** Where a run says that its unit is. */
interface Place {
  readonly serial_number: string
  readonly revision_id: string
  readonly batch_id: string | null
}

const newUnit = (id: string, to: Place): Operation => ({
  type: 'unit.create',
  id,
  ...to,
  sample: null,
  metadata: {},
})

function movesOf({ id, fields }: Row, { revision_id, batch_id }: Place): Operation[] {
  const moves: Operation[] = []
  if (fields['revision_id'] !== revision_id) moves.push({ type: 'unit.update', id, revision_id })
  if (batch_id !== null && fields['batch_id'] !== batch_id) moves.push({ type: 'unit.move', id, batch_id })
  return moves
}
