import type { JournaledOperation } from '../operation.ts'
import type { Conflict, Decision, Knowledge, Mark, Noun, Row, State } from '../state.ts'

/** One decision while it is being made: what it would change lies over the state, which itself is never touched. */
export interface Draft {
  readonly state: State
  readonly entry: JournaledOperation
  readonly author: Knowledge
  readonly mark: Mark
  readonly rows: Map<string, Row>
  readonly conflicts: Conflict[]
  /** Something that was asked for was not done. */
  refused: boolean
  /** How a create came out when it met another row of its name. */
  met: 'merged' | 'renamed' | null
}

export function draft(state: State, entry: JournaledOperation, author: Knowledge, mark: Mark): Draft {
  return { state, entry, author, mark, rows: new Map(), conflicts: [], refused: false, met: null }
}

/** What is asked is not done. */
export function refuse(d: Draft, conflict: Conflict): void {
  d.refused = true
  d.conflicts.push(conflict)
}

/** What is asked is done, and somebody should know what else that meant. */
export function note(d: Draft, conflict: Conflict): void {
  d.conflicts.push(conflict)
}

/** Had the author seen the value with this mark? What carries no mark was there before any headquarters: seen. */
export function seen(d: Draft, mark: Mark | undefined): boolean {
  return mark === undefined || mark.op_id === d.entry.op_id || d.author.seen(mark)
}

/** The mark of a field: its own, or that of the row's creation if nobody wrote it since. */
export function markOf(row: Row, field: string): Mark | undefined {
  return row.marks[field] ?? row.marks['created']
}

export function holdsKey(row: Row): boolean {
  return !row.deleted && row.into === null
}

const nameIn = (noun: Noun, id: string) => `${noun}:${id}`

export function put(d: Draft, row: Row): void {
  d.rows.set(nameIn(row.noun, row.id), row)
}

export function read(d: Draft, noun: Noun, id: string): Row | undefined {
  const drafted = d.rows.size === 0 ? undefined : d.rows.get(nameIn(noun, id))
  return drafted ?? d.state.get(noun, id)
}

/** The row that an id stands for: itself, or what it was joined into. */
export function resolve(d: Draft, noun: Noun, id: string): Row | undefined {
  let row = read(d, noun, id)
  while (row !== undefined && row.into !== null) row = read(d, noun, row.into)
  return row
}

export function holder(d: Draft, noun: Noun, scope: string, key: string): Row | undefined {
  for (const row of d.rows.values()) {
    if (row.noun === noun && row.key === key && row.scope === scope && holdsKey(row)) return row
  }
  const held = d.state.holder(noun, scope, key)
  return held !== undefined && d.rows.has(nameIn(noun, held.id)) ? undefined : held
}

export function members(d: Draft, noun: Noun, field: string, id: string): readonly Row[] {
  return overlaid(
    d,
    noun,
    d.state.members(noun, field, id),
    (row) => holdsKey(row) && row.fields[field] === id,
  )
}

export function joined(d: Draft, noun: Noun, id: string): readonly Row[] {
  return overlaid(d, noun, d.state.joined(noun, id), (row) => row.into === id)
}

/** In order of id, whatever order a store has: the answer must not depend on where it is asked. */
function overlaid(
  d: Draft,
  noun: Noun,
  found: readonly Row[],
  belongs: (row: Row) => boolean,
): readonly Row[] {
  if (d.rows.size === 0 && found.length < 2) return found
  const rows = found.filter((row) => !d.rows.has(nameIn(noun, row.id)))
  for (const row of d.rows.values()) if (row.noun === noun && belongs(row)) rows.push(row)
  return rows.sort(byId)
}

const byId = (a: Row, b: Row) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

export function decision(d: Draft): Decision {
  return { result: result(d), changed: releasesFirst(d), conflicts: d.conflicts }
}

function result(d: Draft): Decision['result'] {
  if (d.met !== null) return d.met
  if (d.rows.size === 0) return d.refused ? 'rejected' : 'noop'
  return d.refused ? 'partial' : 'applied'
}

/** A store applies rows one by one under a unique index: who gives a key up must come before who takes it. */
function releasesFirst(d: Draft): readonly Row[] {
  const rows = [...d.rows.values()]
  if (rows.length < 2 || rows.every(holdsKey)) return rows
  return [...rows.filter((row) => !holdsKey(row)), ...rows.filter(holdsKey)]
}
