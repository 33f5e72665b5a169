import type { Operation } from '../operation.ts'
import type { Noun } from '../state.ts'

/** A field of a row that holds the id of another row. */
export interface Reference {
  readonly field: string
  readonly noun: Noun
  /** A row cannot live without what it needs: such a reference is never null, and bringing the row back brings its target back. */
  readonly needed: boolean
  /**
   * What deleting the target does to the rows that refer to it: they go too, they lose the reference, or they forbid it.
   */
  readonly on_delete: 'delete' | 'unlink' | 'forbid'
  /** Following the field from row to row must come to an end. */
  readonly acyclic: boolean
}

export interface NounRules {
  /** What the API calls the row's name; conflicts name the field so, and operations that give a name. A row that has none is named by its id. */
  readonly label: 'number' | 'serial_number' | 'name' | 'tag' | 'id'
  /** Live rows have different keys inside their scope. Otherwise the key is the id and the name is a field like others. */
  readonly unique: boolean
  /** The reference whose target is the scope of the key, or null where the whole factory is. */
  readonly scope: string | null
  readonly references: readonly Reference[]
}

/** What each noun is. `decide()` knows nothing else about nouns: a new one is a line here and its operations. */
export const nouns: Readonly<Record<Noun, NounRules>> = {
  part: { label: 'number', unique: true, scope: null, references: [] },
  revision: {
    label: 'number',
    unique: true,
    scope: 'part_id',
    references: [{ field: 'part_id', noun: 'part', needed: true, on_delete: 'delete', acyclic: false }],
  },
  batch: { label: 'number', unique: true, scope: null, references: [] },
  unit: {
    label: 'serial_number',
    unique: true,
    scope: null,
    // What is needed stands first: a row that cannot be made must not have brought anything else back.
    references: [
      { field: 'revision_id', noun: 'revision', needed: true, on_delete: 'forbid', acyclic: false },
      { field: 'batch_id', noun: 'batch', needed: false, on_delete: 'unlink', acyclic: false },
      { field: 'parent_id', noun: 'unit', needed: false, on_delete: 'unlink', acyclic: true },
    ],
  },
  station: { label: 'name', unique: false, scope: null, references: [] },
  procedure: { label: 'name', unique: false, scope: null, references: [] },
  version: {
    label: 'tag',
    unique: true,
    scope: 'procedure_id',
    references: [
      { field: 'procedure_id', noun: 'procedure', needed: true, on_delete: 'delete', acyclic: false },
    ],
  },
  run: {
    label: 'id',
    unique: false,
    scope: null,
    references: [
      { field: 'unit_id', noun: 'unit', needed: true, on_delete: 'delete', acyclic: false },
      { field: 'procedure_id', noun: 'procedure', needed: true, on_delete: 'delete', acyclic: false },
      { field: 'version_id', noun: 'version', needed: false, on_delete: 'forbid', acyclic: false },
    ],
  },
  // Not unique: of two links of the same station to the same procedure, made apart, each holds until it is taken away.
  link: {
    label: 'id',
    unique: false,
    scope: null,
    references: [
      { field: 'station_id', noun: 'station', needed: true, on_delete: 'delete', acyclic: false },
      { field: 'procedure_id', noun: 'procedure', needed: true, on_delete: 'delete', acyclic: false },
    ],
  },
  attachment: {
    label: 'name',
    unique: false,
    scope: null,
    references: [
      { field: 'unit_id', noun: 'unit', needed: false, on_delete: 'delete', acyclic: false },
      { field: 'run_id', noun: 'run', needed: false, on_delete: 'delete', acyclic: false },
    ],
  },
}

export const allNouns = Object.keys(nouns) as readonly Noun[]

export function referenceOf(noun: Noun, field: string): Reference | undefined {
  return nouns[noun].references.find((reference) => reference.field === field)
}

/** A reference seen from its target. */
export interface Referrer {
  readonly noun: Noun
  readonly reference: Reference
}

function referrersOf(target: Noun): readonly Referrer[] {
  return allNouns.flatMap((noun) =>
    nouns[noun].references
      .filter((reference) => reference.noun === target)
      .map((reference) => ({ noun, reference })),
  )
}

/** Which fields of which nouns may hold an id of this noun. */
export const referrers = Object.fromEntries(allNouns.map((noun) => [noun, referrersOf(noun)])) as Readonly<
  Record<Noun, readonly Referrer[]>
>

/** Operations are called by the noun they are about: one that only a newer version knows, too. */
export const nounOf = ({ type }: Operation) => type.slice(0, type.indexOf('.')) as Noun

/** The noun whose row stands in this field of an operation by its id; undefined if none does. */
export function nounNamedBy(operation: Operation, field: string): Noun | undefined {
  if (field === 'child_id') return 'unit'
  const noun = field === 'id' ? nounOf(operation) : /^(.+)_id$/.exec(field)?.[1]
  return allNouns.find((one) => one === noun)
}

/** The unique name that an operation gives to a row, and what it is unique within; undefined if it gives none. */
export function namingOf(
  operation: Operation,
): { readonly noun: Noun; readonly scope: string; readonly name: string } | undefined {
  const noun = nounOf(operation)
  if (!allNouns.includes(noun)) return undefined
  const { label, unique, scope } = nouns[noun]
  const said: Readonly<Record<string, unknown>> = operation
  const name = said[label]
  if (!unique || typeof name !== 'string') return undefined
  const within = scope === null ? '' : said[scope]
  return { noun, scope: typeof within === 'string' ? within : '', name }
}
