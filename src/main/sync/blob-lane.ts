import { createHash } from 'node:crypto'

import { blobsAnswer, PIECE_MAX } from '../../model/sync/blobs.ts'
import type { Blob } from '../store/blob-files.ts'
import { isLaneEmpty, laneEpoch, nextInLane, refillLane, takeFromLane } from '../store/blob-lane.ts'
import type { LaneBytes, Sort } from '../store/lane-bytes.ts'
import type { Store } from '../store/store.ts'
import { type Client, type Failed, jsonOf, refusedBy, type Reply } from './client.ts'
import { failureOf } from './sight.ts'
import type { Trouble } from './trouble.ts'

/**
 * The bytes of attachments, and what runs measured, on their way to headquarters: one blob at a time, one piece at a time, on a connection of its own.
 *
 *   asleep   nothing to send, or a pause has not passed; a commit or a timer wakes it
 *   asking   what of the next blobs headquarters has; what it has whole leaves the lane
 *   sending  piece after piece from where headquarters is
 *
 * Batches come first: while operations wait for headquarters, or it cannot be reached, no piece is begun (a floor that never
 * rests gets one now and then all the same). A piece is as large as the line carries in about a second, so none holds up
 * a push for long. Nothing here throws to the outside; trouble makes pauses that grow.
 */
export interface BlobLane {
  /** Something may have been put into the lane. */
  nudge(): void
  stop(): Promise<void>
}

export interface BlobLaneParts {
  readonly store: Store
  readonly bytes: LaneBytes
  readonly client: Client
  readonly chance: () => number
  /** No operation waits for headquarters. */
  readonly isQuiet: () => boolean
  /** Headquarters answered when it was asked last. */
  readonly isReached: () => boolean
  /** Hears each change of the trouble. */
  readonly onTrouble: (trouble: Trouble | null) => void
  /** Hears of bytes that are not what their name says: the disk has changed them. */
  readonly onDamage: (blob: Blob) => void
}

const NUDGE_MS = 200
const PAUSE_MS = 2_000
const PAUSE_MAX_MS = 300_000
/** How long a piece waits for quiet before it goes all the same. */
const PATIENCE_MS = 5_000
const LOOK_MS = 100
const PIECE_MIN = 64 * 1024
/** What a piece should take on its way. */
const PIECE_MS = 1_000

/** One that is on this PC. */
type Own = Blob & { readonly sort: Sort }

type Result = { readonly kind: 'done' } | { readonly kind: 'later' } | Failed

export function createBlobLane(parts: BlobLaneParts): BlobLane {
  const { store, bytes, client, chance } = parts
  const stopping = new AbortController()
  /** Bytes that the disk has changed: they are not tried again before the next start. */
  const damaged = new Set<string>()
  let failures = 0
  let trouble: Trouble | null = null
  let timer: NodeJS.Timeout | null = null
  let working: Promise<void> | null = null
  let piece_size = PIECE_MIN

  function sleep(ms: number): void {
    if (timer !== null) clearTimeout(timer)
    if (!stopping.signal.aborted) timer = setTimeout(wake, ms)
  }

  function wake(): void {
    timer = null
    working ??= work()
      .catch((error: unknown): Result => ({ kind: 'trouble', trouble: failureOf(error) }))
      .then((result) => {
        working = null
        settle(result)
      })
  }

  function settle(result: Result): void {
    if (stopping.signal.aborted) return
    if (result.kind === 'later') return sleep(PAUSE_MAX_MS / 60)
    const now = result.kind === 'trouble' ? result.trouble : null
    if (JSON.stringify(now) !== JSON.stringify(trouble)) parts.onTrouble(now)
    trouble = now
    failures = now === null ? 0 : failures + 1
    if (now !== null) sleep(Math.min(PAUSE_MAX_MS, PAUSE_MS * 2 ** (failures - 1)) * (0.5 + chance()))
  }

  /** Until the lane is empty, or something is in the way. */
  async function work(): Promise<Result> {
    const epoch = store.synced.meta(store.db)?.cursor.epoch
    if (epoch === undefined) return { kind: 'done' }
    if (laneEpoch(store.db) !== epoch) await store.commits.write((db) => refillLane(db, epoch))
    for (;;) {
      const next = nextInLane(store.db).filter(({ sha256 }) => !damaged.has(sha256))
      const own = next.flatMap((blob) => {
        const sort = bytes.sortOf(blob)
        return sort === undefined ? [] : [{ ...blob, sort }]
      })
      // Bytes that are on other machines are for those to send.
      if (own.length < next.length)
        await leave(next.filter(({ sha256 }) => !own.some((one) => one.sha256 === sha256)))
      if (next.length === 0) return { kind: 'done' }
      if (own.length === 0) continue
      const result = await sendAll(own)
      if (result.kind !== 'done') return result
    }
  }

  const leave = (gone: readonly Blob[]) =>
    // Should a power cut take it back, headquarters is asked once more.
    store.commits.writeSoon((db) =>
      takeFromLane(
        db,
        gone.map(({ sha256 }) => sha256),
      ),
    )

  async function sendAll(own: readonly Own[]): Promise<Result> {
    if (!(await turn())) return { kind: 'later' }
    const blobs = own.map(({ sha256, size }) => ({ sha256, size }))
    const asked = heard(await client.bytes('sync/v1/blobs', { blobs }, stopping.signal))
    if ('trouble' in asked) return asked
    const whole = own.filter(({ sha256 }) => asked.get(sha256)?.whole === true)
    if (whole.length > 0) await leave(whole)
    for (const blob of own) {
      const { received = 0, whole: there = false } = asked.get(blob.sha256) ?? {}
      const result: Result = there ? { kind: 'done' } : await send(blob, received)
      if (result.kind !== 'done') return result
    }
    return { kind: 'done' }
  }

  async function send(blob: Own, received: number): Promise<Result> {
    for (let from = received; ;) {
      if (!(await turn())) return { kind: 'later' }
      const piece = await bytes.read(blob, blob.sort, from, piece_size)
      const started = performance.now()
      const path = `sync/v1/blobs/${blob.sha256}?as=${blob.sort}&from=${from}&size=${blob.size}`
      const said = heard(await client.bytes(path, piece, stopping.signal))
      if ('trouble' in said) {
        // A line that cuts off large pieces carries small ones.
        piece_size = PIECE_MIN
        return said
      }
      fit(performance.now() - started)
      failures = 0
      const held = said.get(blob.sha256)
      if (held === undefined) return notUnderstood
      if (held.whole) {
        await leave([blob])
        return { kind: 'done' }
      }
      // All of it was there, and was thrown away: it was not what its name says.
      if (held.received === 0 && from + piece.length >= blob.size) return whyThrownAway(blob)
      from = held.received
    }
  }

  async function whyThrownAway(blob: Own): Promise<Result> {
    const hash = createHash('sha256')
    for (let from = 0; from < blob.size;) {
      const piece = await bytes.read(blob, blob.sort, from, PIECE_MAX)
      if (piece.length === 0) break
      hash.update(piece)
      from += piece.length
    }
    if (hash.digest('hex') === blob.sha256) return { kind: 'trouble', trouble: { kind: 'cut_off' } }
    damaged.add(blob.sha256)
    parts.onDamage(blob)
    return { kind: 'done' }
  }

  function fit(took_ms: number): void {
    if (took_ms < PIECE_MS / 2) piece_size = Math.min(PIECE_MAX, piece_size * 2)
    else if (took_ms > PIECE_MS * 2) piece_size = Math.max(PIECE_MIN, piece_size / 2)
  }

  /** Waits for quiet; false where there is no sense in waiting. */
  async function turn(): Promise<boolean> {
    for (let waited = 0; parts.isReached() && !stopping.signal.aborted; waited += LOOK_MS) {
      if (parts.isQuiet() || waited >= PATIENCE_MS) return true
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
    }
    return false
  }

  const self: BlobLane = {
    nudge() {
      if (working === null && timer === null && !isLaneEmpty(store.db)) sleep(NUDGE_MS)
    },
    async stop() {
      stopping.abort()
      unsubscribe()
      if (timer !== null) clearTimeout(timer)
      await working
    },
  }
  const unsubscribe = store.commits.onCommit(() => self.nudge())
  sleep(NUDGE_MS + chance() * PAUSE_MS)
  return self
}

const notUnderstood: Failed = { kind: 'trouble', trouble: { kind: 'not_understood' } }

type Held = ReadonlyMap<string, { readonly received: number; readonly whole: boolean }>

function heard(reply: Reply | Failed): Held | Failed {
  if ('kind' in reply) return reply
  const said = reply.status === 200 ? blobsAnswer.safeParse(jsonOf(reply.body)) : undefined
  if (said?.success !== true)
    return { kind: 'trouble', trouble: refusedBy(reply.status, reply.type, reply.body) }
  return new Map(said.data.blobs.map(({ sha256, received, whole }) => [sha256, { received, whole }]))
}
