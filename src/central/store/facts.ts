import type { ConflictRecord } from '../../model/conflict-answers.ts'
import type { Row } from '../../model/state.ts'
import type { Waiting } from '../../model/sync/again.ts'
import type { Known } from '../../model/sync/headquarters.ts'
import type { ChainIndex, Commit, Parent } from '../../model/sync/protocol.ts'
import type { KnownReply } from './replies.ts'

export interface Incarnation {
  readonly station_id: string
  readonly parent: Parent | null
  readonly last_n: number
  readonly last_hash: string
}

/** A conflict record, and the station whose operation it was. */
export interface Recorded extends ConflictRecord {
  readonly station_id: string
}

/** A position of the order: its hash, and when it was given (milliseconds since 1970 UTC). */
export interface Place {
  readonly hash: string
  readonly received_at: number
}

/**
 * What was read from the database so far. Deciding is synchronous and reading is not: so a decision runs over what is here, and
 * where something is missing it is told "nothing" and the question is noted. Afterwards all such questions are asked
 * together, what was decided is undone, and it runs again: as often as one answer leads to another question, a few times at most.
 */
export interface Facts {
  readonly rows: Fact<Row>
  /** Ids under which there is a row of any noun. */
  readonly ids: Fact<true>
  readonly holders: Fact<string>
  /** Ids of the live rows that refer to a row, and of those joined into it. */
  readonly references: Fact<ReadonlySet<string>>
  readonly operations: Fact<Known>
  readonly places: Fact<Place>
  readonly incarnations: Fact<Incarnation>
  /** Incarnations at whose end another one says that it began. */
  readonly heirs: Fact<true>
  readonly links: Fact<string>
  /** Where in its chain an operation first came. */
  readonly sent: Fact<number>
  readonly closed: Fact<true>
  readonly indexes: Fact<ChainIndex>
  readonly pages: Fact<readonly Commit[]>
  /** Conflict records by their ids, which are `op_id-ordinal`. */
  readonly records: Fact<Recorded>
  readonly replies: Fact<KnownReply>
  /** Records that wait for a row, and, under the name `all`, those whose row came earlier; both only as many as one transaction tries. */
  readonly waiting: Fact<readonly Waiting[]>
  readonly due: Fact<readonly Waiting[]>
}

export type Kind = keyof Facts
export const kinds = [
  'rows',
  'ids',
  'holders',
  'references',
  'operations',
  'places',
  'incarnations',
  'heirs',
  'links',
  'sent',
  'closed',
  'indexes',
  'pages',
  'records',
  'replies',
  'waiting',
  'due',
] as const satisfies readonly Kind[]

/** One sort of fact. `null` means: it was looked for and is not there. */
export interface Fact<Value> {
  readonly known: Map<string, Value | null>
  readonly missing: Set<string>
}

const fact = <Value>(): Fact<Value> => ({ known: new Map(), missing: new Set() })

export const newFacts = (): Facts => ({
  rows: fact(),
  ids: fact(),
  holders: fact(),
  references: fact(),
  operations: fact(),
  places: fact(),
  incarnations: fact(),
  heirs: fact(),
  links: fact(),
  sent: fact(),
  closed: fact(),
  indexes: fact(),
  pages: fact(),
  records: fact(),
  replies: fact(),
  waiting: fact(),
  due: fact(),
})

/** The value, or undefined: not there, or not known yet and noted as a question. */
export function ask<Value>({ known, missing }: Fact<Value>, name: string): Value | undefined {
  const value = known.get(name)
  if (value === undefined) missing.add(name)
  return value ?? undefined
}

export const isComplete = (facts: Facts) => kinds.every((kind) => facts[kind].missing.size === 0)

export function forgetQuestions(facts: Facts): void {
  for (const kind of kinds) facts[kind].missing.clear()
}

export const sizeOf = (facts: Facts) => kinds.reduce((sum, kind) => sum + facts[kind].known.size, 0)

/** Several parts as one name. No row has a zero character in its id or key, so what asks for one may ask for another. */
export function nameOf(first: string | number, ...others: readonly (string | number)[]): string {
  let name = withoutZero(first)
  for (const part of others) name += `\0${withoutZero(part)}`
  return name
}
const withoutZero = (part: string | number) =>
  typeof part === 'string' && part.includes('\0') ? part.replaceAll('\0', '\ufffd') : String(part)
export const partsOf = (name: string) => name.split('\0')
