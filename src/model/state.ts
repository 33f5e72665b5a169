/** The nouns that operations change. */
export type Noun =
  | 'part'
  | 'revision'
  | 'batch'
  | 'unit'
  | 'station'
  | 'procedure'
  | 'version'
  | 'run'
  | 'link'
  | 'attachment'

/** Who wrote a value, and where that write stands in the order of all changes. `decide()` asks the writer's knowledge about it. */
export interface Mark {
  readonly op_id: string
  /** The journal that made it: one lineage of one station's database; empty before a station has any. */
  readonly incarnation: string
  /** Position in that journal. */
  readonly n: number
  readonly station_id: string | null
  /** Position in headquarters' order, or null while only its station knows it. */
  readonly seq: number | null
}

export type Value = string | number | boolean | null | { readonly [key: string]: string | number | boolean }

/**
 * One row as `decide()` sees it, the same for every noun and on every store.
 * References (`revision_id`, `batch_id`, `parent_id`, `part_id`) are fields that hold ids.
 */
export interface Row {
  readonly noun: Noun
  readonly id: string
  /** Number, serial number, version tag or name, as typed; of a row without a name its id. */
  readonly name: string
  /** `fold(name)`; where names are not unique (stations, procedures, runs), the id. */
  readonly key: string
  /** What the key is unique within: the part's id for a revision, the procedure's for a version, otherwise the empty string. */
  readonly scope: string
  readonly created_at: number
  readonly created_by_user_id: string | null
  readonly created_by_station_id: string | null
  readonly deleted: boolean
  /** The row this one was joined into, or null. Such a row holds no key. */
  readonly into: string | null
  readonly fields: Readonly<Record<string, Value>>
  /**
   * Who wrote what: `created` from the first, then `key` when the name was changed, `deleted` when the row went or came back,
   * `into` when it was joined, and one for each field written since it was made (`batch_id`, `metadata.KEY`). A field without
   * a mark of its own has that of `created`. A station's live rows carry none until it has a headquarters: what has no
   * mark counts as seen.
   */
  readonly marks: Readonly<Record<string, Mark>>
}

/**
 * What `decide()` may ask of a store: SQLite on a station, PostgreSQL at headquarters, a Map in the simulator.
 * Deleted and joined rows answer `get` and nothing else.
 */
export interface State {
  get(noun: Noun, id: string): Row | undefined
  /** The live row that holds this key. */
  holder(noun: Noun, scope: string, key: string): Row | undefined
  /**
   * Live rows of `noun` whose reference `field` is `id`: a batch's units, a unit's children, a part's revisions.
   * @param but says by their ids which of them need not be told: whoever asks leaves them out anyway
   */
  members(noun: Noun, field: string, id: string, but?: (id: string) => boolean): readonly Row[]
  /** Rows that were joined into the row with this id. */
  joined(noun: Noun, id: string): readonly Row[]
}

/** What the author of an operation knew when it was made. On the station that accepts an operation: everything. */
export interface Knowledge {
  /** True if the author had seen the value that carries this mark. */
  seen(mark: Mark): boolean
  /** True if the operation was moved onto another history (headquarters restored): equal keys are then never taken for one thing. */
  readonly rebased: boolean
  /** Deleted rows whose numbers the author knew to be free again. */
  readonly known_deleted: readonly string[]
}

/** Why an operation was not done as asked, or what else had to happen. Words for people are made from it elsewhere. */
export interface Conflict {
  readonly kind:
    | 'merged'
    | 'merge_field'
    | 'name_clash'
    | 'rename_rename'
    | 'rename_blocked'
    | 'field_field'
    | 'delete_stale'
    | 'delete_partial'
    | 'delete_merged'
    | 'delete_nonempty'
    | 'revive'
    | 'revive_merge'
    | 'dangling_ref'
    /**
     * Also, with `field` = `operation`: headquarters is older than the station and does not know what is asked;
     * with `field` = `text`: what is asked has characters that cannot be stored.
     */
    | 'unknown_row'
    | 'gone'
    | 'cycle'
    | 'not_a_child'
    | 'id_collision'
    /** Not one itself: a person answered the record `id`. `wanted` is the answer, null if taken back; `kept` what undoes it, as JSON. */
    | 'answered'
  readonly noun: Noun
  /** The row the operation was about. */
  readonly id: string
  /** The other row, where there is one: holder of the number, row joined into, row referred to. */
  readonly other_id?: string
  readonly field?: string
  /** What the author wanted, and what stands now. */
  readonly wanted?: Value
  readonly kept?: Value
}

/** What `decide()` says: nothing is written until a store does it. */
export interface Decision {
  readonly result: 'applied' | 'noop' | 'merged' | 'renamed' | 'partial' | 'rejected'
  /** Rows as they are afterwards, each once, in an order in which no two rows ever hold one key (releases first). */
  readonly changed: readonly Row[]
  /** Every result but `applied` and `noop` has at least one. */
  readonly conflicts: readonly Conflict[]
}
