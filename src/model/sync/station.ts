import type { Row, State } from '../state.ts'
import type { Cursor, Position } from './cursor.ts'
import type { Hash } from './chain.ts'
import type { Archived, Entry } from './journal.ts'
import { answered } from './station/answer.ts'
import { started } from './station/ask.ts'
import type { Answer, Parent, Request } from './protocol.ts'
import type { Word } from './records.ts'

/**
 * The station's side of the sync, without its hands: events go in, effects come out, and whoever runs it does the effects in
 * order. It may be stopped between any two of them and started again from what was written.
 *
 *   base     what headquarters said, exactly, up to `cursor`
 *   outbox   the station's own operations that the feed has not shown; they leave it by the feed alone
 *   archive  those it has shown, until a verified backup holds them
 *   stage    a new base being read from the beginning because headquarters' history changed; it takes the old one's place whole
 *
 * At most one push and one pull are under way; while a stage is filled, pulls alone.
 */
export interface StationView {
  readonly meta: Meta
  readonly base: State
  /** In the order in which they were accepted. */
  outbox(): readonly Entry[]
  /** Those of it that squash() asks for (`isSlip`). */
  slips(): readonly Entry[]
  /** The outbox by `op_id`: a page asks for a few of what may be weeks of them. */
  waiting(): ReadonlyMap<string, Entry>
  archive(): readonly Archived[]
  archived(op_id: string): Archived | undefined
  /** Hash of a position in the present incarnation's chain. */
  linkAt(n: number): string | undefined
  /** Cursors this base has had, oldest first, thinned. */
  history(): readonly Position[]
  /** Where headquarters has the station's own operations, as far as the stage was read. */
  stagedSeq(op_id: string): number | undefined
}

/** What a station remembers about itself. */
export interface Meta {
  readonly station_id: string
  /** One lineage of this database. In any doubt about what was sent before, a new one is begun and all is sent again. */
  readonly incarnation: string
  /** The incarnations before, newest first. */
  readonly lineage: readonly Parent[]
  /** The last link of the present chain. */
  readonly chain: Position
  readonly cursor: Cursor
  /** How far the stage was read, or null while there is none. */
  readonly stage: Cursor | null
}

/** One transaction: all of it is on the disk before the next effect, or none of it. */
export interface Write {
  readonly meta?: Meta
  /** Final images of base rows; all their keys are let go of before any is taken. */
  readonly base?: readonly Row[]
  /** What comes of the station's conflict records with those rows. */
  readonly words?: readonly Word[]
  /** The same for the stage, with the places of the station's own operations. */
  readonly stage?: {
    readonly rows: readonly Row[]
    readonly words: readonly Word[]
    readonly own: ReadonlyMap<string, number>
  }
  /** `empty` makes an empty stage; `take` puts it in the place of the base. */
  readonly stage_is?: 'empty' | 'take'
  /** What the authors of all that waits had seen ends at this place at the latest. */
  readonly cut?: Position
  /** A new incarnation is begun: nothing that waits has a place in a chain any more. */
  readonly unsealed?: boolean
  readonly outbox?: { readonly put: readonly Entry[]; readonly remove: readonly string[] }
  readonly archive?: { readonly put: readonly Archived[]; readonly remove: readonly string[] }
  readonly history?: readonly Position[]
}

export type Effect =
  | { readonly kind: 'write'; readonly write: Write }
  | { readonly kind: 'send'; readonly id: number; readonly request: Request }
  /** Come back with `wake` after this time, if nothing else happens before. */
  | { readonly kind: 'sleep'; readonly ms: number }

export type Event =
  | { readonly kind: 'wake' }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: Answer }
  /** No answer, or one that is none: offline, timed out, a proxy's page, cut off. */
  | { readonly kind: 'failed'; readonly id: number; readonly retry_after_ms?: number }

/** What is forgotten when the process ends, and may be. */
export interface Session {
  /** The number of the last request. */
  readonly asked: number
  readonly greeted: boolean
  readonly push: Flight | null
  readonly pull: Flight | null
  /** Headquarters answered that it has the chain up to here: the next push goes on after it. */
  readonly pushed: number
  /** The last request before it answered so. */
  readonly pushed_at: number
  readonly failures: number
  /** Headquarters speaks another version: nothing is sent until the process starts anew. */
  readonly outdated: boolean
}

export interface Flight {
  readonly id: number
  readonly cursor: Cursor
}

export interface Tools {
  readonly hash: Hash
  readonly newId: () => string
  /** An id that is always the same for the same text, and of nothing else. */
  readonly idFrom: (text: string) => string
  /** A number from 0 up to 1 that spreads stations over time. */
  readonly chance: () => number
  readonly limits: {
    /** Of one push. */
    readonly ops: number
    /** Of one transaction. */
    readonly seals: number
    readonly page: number
    readonly poll_ms: number
  }
}

export interface Step {
  readonly session: Session
  readonly effects: readonly Effect[]
}

export const newSession: Session = {
  asked: 0,
  greeted: false,
  push: null,
  pull: null,
  pushed: 0,
  pushed_at: 0,
  failures: 0,
  outdated: false,
}

const BACKOFF_MS = 1_000
const BACKOFF_MAX_MS = 300_000

export function step(view: StationView, session: Session, event: Event, tools: Tools): Step {
  switch (event.kind) {
    case 'wake':
      return started(view, session, tools)
    case 'answer':
      return answered(view, session, event, tools)
    case 'failed':
      return failed(session, event, tools)
  }
}

/** Nothing is given up and nothing parked: what was to be sent is sent later. */
function failed(session: Session, { id, retry_after_ms }: Event & { kind: 'failed' }, tools: Tools): Step {
  const push = session.push?.id === id ? null : session.push
  const pull = session.pull?.id === id ? null : session.pull
  if (push === session.push && pull === session.pull) return { session, effects: [] }
  const failures = Math.min(session.failures + 1, 30)
  const backoff = Math.min(BACKOFF_MAX_MS, BACKOFF_MS * 2 ** failures) * (0.5 + tools.chance() / 2)
  const asked_for = Math.min(Math.max(retry_after_ms ?? 0, 0), BACKOFF_MAX_MS)
  // Whether it arrived is unknown: the next push begins at the first operation that the feed has not shown.
  const next = {
    ...session,
    push,
    pull,
    failures,
    pushed: 0,
    greeted: session.greeted && push === session.push,
  }
  return { session: next, effects: [{ kind: 'sleep', ms: Math.max(backoff, asked_for) }] }
}
