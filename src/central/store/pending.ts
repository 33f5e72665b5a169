import type { answerOf } from '../../model/conflict-answers.ts'
import type { JournaledOperation } from '../../model/operation.ts'
import type { Row } from '../../model/state.ts'
import type { Waiting } from '../../model/sync/again.ts'
import type { CommitTexts, Incident, Known } from '../../model/sync/headquarters.ts'
import type { Commit } from '../../model/sync/protocol.ts'
import type { Reply } from './replies.ts'

/** The row of `headquarters`, as the transaction that locked it read it. */
export interface Head {
  readonly epoch: string
  readonly seq: number
  readonly hash: string
  readonly safe_seq: number
  /** Some record waits for a row: otherwise nobody need ask. */
  readonly waiting: boolean
}

/** What a transaction will write when all that it has to decide is decided. */
export interface Pending {
  head: Head
  readonly commits: {
    readonly commit: Commit
    readonly known: Known
    readonly entry: JournaledOperation
    readonly written: CommitTexts | undefined
  }[]
  /** Rows as they are now, by name, and the names of those that were not there before; without what was sent already (flush.ts). */
  readonly rows: Map<string, Row>
  readonly made: Set<string>
  readonly chain: {
    readonly incarnation: string
    readonly n: number
    readonly hash: string
    readonly op_id: string | null
  }[]
  readonly incarnations: Set<string>
  readonly closed: string[]
  readonly incidents: Incident[]
  /** What people said to conflict records, in order. */
  readonly answers: (ReturnType<typeof answerOf> & { readonly seq: number })[]
  readonly replies: Reply[]
  /** Records that began to wait. */
  readonly waiting: Waiting[]
  /** Names of rows that were not there before. */
  readonly arrived: string[]
  /** Ids of records that were tried again. */
  readonly tried: string[]
}

export const newPending = (head: Head): Pending => ({
  head,
  commits: [],
  rows: new Map(),
  made: new Set(),
  chain: [],
  incarnations: new Set(),
  closed: [],
  incidents: [],
  answers: [],
  replies: [],
  waiting: [],
  arrived: [],
  tried: [],
})

/** Nothing was decided that is to be written. */
export const isEmpty = ({ commits, chain, incarnations, closed, incidents, replies }: Pending) =>
  [commits, chain, closed, incidents, replies].every(({ length }) => length === 0) && incarnations.size === 0
