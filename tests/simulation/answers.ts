import { operationsFor } from '../../src/model/conflict-answers.ts'
import { conflictWords, type Facts } from '../../src/model/conflict-words.ts'
import { isRefusal } from '../../src/model/error.ts'
import type { State } from '../../src/model/state.ts'
import { answersIn } from '../../src/model/sync/records.ts'
import { outboxOf } from './disk.ts'
import { localRequest, newId } from './node.ts'
import { officeWrite } from './office.ts'
import type { Prng } from './prng.ts'
import { answered, type Kept } from './records.ts'
import { count, type Node, type World } from './world.ts'

/** A person at a station says something to one of its records, answered or not. */
export function answerAtStation(world: World, node: Node, r: Prng): void {
  const { disk } = node
  const given = answersIn(outboxOf(disk).map(({ op }) => op.operation))
  const records = [...disk.records.values()].map((record) => {
    const own = given.get(record.id)
    return own === undefined ? record : answered(record, own)
  })
  answer(world, { records, state: disk.fold.live, newId: () => newId(node.ids) }, r, (operations) =>
    localRequest(world, node, operations),
  )
}

/** The same at headquarters, of any station's. */
export function answerAtHeadquarters(world: World, r: Prng): void {
  const { records, rows } = world.central
  const desk = { records: [...records.values()], state: rows, newId: () => newId(world.office) }
  answer(world, desk, r, (operations) => officeWrite(world, operations))
}

interface Desk {
  readonly records: readonly Kept[]
  readonly state: State
  readonly newId: () => string
}

type Operations = Parameters<typeof officeWrite>[1]

function answer(world: World, desk: Desk, r: Prng, done: (operations: Operations) => boolean): void {
  const record = r.pick(desk.records)
  if (record === undefined) return
  const { station_id, conflict } = record
  const facts: Facts = {
    state: desk.state,
    station_id,
    stationName: (id) => desk.state.get('station', id)?.name,
  }
  const known = conflictWords(conflict, facts).answers.map(({ id }) => id)
  // Also what is none of its answers now: somebody may have left the page open.
  const said = record.answer === null || r.chance(0.2) ? r.pick([...known, ...known, 'undo']) : 'undo'
  const op = (id: string) => id.slice(0, id.lastIndexOf('-'))
  const others = () => desk.records.filter(({ id }) => id !== record.id && op(id) === op(record.id))
  const operations = operationsFor(record, said, facts, desk.newId, others)
  if (isRefusal(operations)) return count(world, 'said and refused')
  if (done(operations)) count(world, `said ${said}`)
}
