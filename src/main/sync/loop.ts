import { chainHash } from '../../host/hash.ts'
import { idWithin } from '../../host/id.ts'
import type { PullRequest, Request } from '../../model/sync/protocol.ts'
import { type Event, newSession, type Session, step, type Tools } from '../../model/sync/station.ts'
import { carriedOut, type Errand } from '../store/carry-out.ts'
import { catchUp } from '../store/catch-up.ts'
import type { WritableDb } from '../store/database.ts'
import { perform } from '../store/inbox.ts'
import { lastLocalId } from '../store/journal.ts'
import type { Store } from '../store/store.ts'
import { createAlarm } from './alarm.ts'
import { createAhead } from './ahead.ts'
import type { Client, Outcome } from './client.ts'
import { headOf } from './heads.ts'
import { createLimits } from './limits.ts'
import { createNewcomer, type First } from './newcomer.ts'
import { brings, isCollision, isPush, layPage, safeSeqOf, type Said } from './page.ts'
import { newsIn } from './news.ts'
import { createRounds } from './rounds.ts'
import { failureOf, nothingSeen, type Sight } from './sight.ts'
import { createPace, nothingYet } from './slices.ts'
import { isInside, type Trouble } from './trouble.ts'

/**
 * The hands of the station's engine (model/sync/station.ts): it waits for what happens, asks the engine what follows, and does it.
 *
 *   events   wake (timer, nudge, network), an answer, no answer           one at a time, in order
 *   effects  write: one transaction, shared with whatever scripts write   a failed one throws all memory away
 *            send:  leaves only after the transaction before it           its outcome is an event
 *            sleep: there is one timer, the last one set counts
 *
 * Nothing in here throws to the outside and nothing of it can stop the API: whatever goes wrong becomes a `Trouble`, which is
 * shown, and a time to try again.
 */
export interface Loop {
  /** Somebody wrote something: it is sent soon, unless there is trouble. */
  nudge(): void
  /** The network may be back: what waits for a later time is tried now. */
  retry(): void
  /** One round now: settles when everything is sent and read, when there is trouble, or after `patience_ms`. */
  round(patience_ms: number): Promise<void>
  readonly sight: Sight
  /** Settles when nothing of it is under way any more. */
  stop(): Promise<void>
}

export interface LoopParts {
  readonly store: Store
  readonly client: Client
  readonly interval_ms: number
  readonly newId: () => string
  readonly chance: () => number
  readonly disk_free: () => number | null
  /** Hears each change of the trouble: for the log. */
  readonly onTrouble: (trouble: Trouble | null) => void
  /** Hears what is out of the ordinary and no trouble: for the log. */
  readonly onNews: (news: string) => void
  /** How long headquarters may keep a question waiting for news. */
  readonly wait_s?: number
  /** How a station begins that has read nothing yet; page by page like any other, if nothing is said. */
  readonly first?: First
}

const NUDGE_MS = 20
/** A page that came at once and is empty: headquarters does not wait, so the station does. */
const WAITED_MS = 1_000
const OUTDATED_RETRY_MS = 300_000
const DISK_RETRY_MS = 30_000
/** Deciding waiting operations keeps everybody else waiting no longer than this. */
const SLICE_MS = 4

export function createLoop(parts: LoopParts): Loop {
  const { store, client, interval_ms, onTrouble, newId, chance } = parts
  const { commits, synced } = store
  const { limits, arrived, wasTooMuch } = createLimits(interval_ms)
  const tools: Tools = { hash: chainHash, newId, idFrom: (text) => idWithin(text, ''), chance, limits }
  const pace = createPace()
  let session: Session = newSession
  let sight: Sight = nothingSeen
  const alarm = createAlarm(() => happen({ kind: 'wake' }))
  let stopped = false
  let last_local_id = 0
  let waiting: AbortController | null = null
  const flights = new Set<Promise<void>>()
  const rounds = createRounds()
  const queue: Event[] = []
  let working: Promise<void> | null = null
  const ahead = createAhead(client)
  /** The question for a page that was answered last, and how long that took. */
  let pulled: { request: PullRequest; waited_ms: number } | null = null

  const newcomer = createNewcomer(parts, ({ at, head_seq, trouble }) => {
    const heard = trouble === null && at !== null ? { last_success_ms: clock().wall_ms, head_seq } : {}
    sight = { ...sight, ...heard, reading_seq: at }
    noteTrouble(trouble)
  })

  function sleep(ms: number): void {
    if (!stopped) alarm.set(ms)
  }

  function happen(event: Event): void {
    if (stopped || (event.kind === 'wake' && queue.some(({ kind }) => kind === 'wake'))) return
    queue.push(event)
    working ??= work()
  }

  async function work(): Promise<void> {
    for (let event = queue.shift(); event !== undefined && !stopped; event = queue.shift()) {
      try {
        if (newcomer.isGreeted(event, session, sight)) await newcomer.read()
        await catchUp(store, SLICE_MS)
        await handle(event)
      } catch (error) {
        // The disk did not take it. What is in memory may be ahead of what is on it: all of it is read again.
        synced.forget()
        // A failure like any other: what scripts write meanwhile does not make it try sooner.
        session = { ...newSession, failures: 1 }
        noteTrouble(failureOf(error))
        sleep(DISK_RETRY_MS)
      }
    }
    working = null
  }

  async function handle(event: Event): Promise<void> {
    if (event.kind !== 'answer' || event.answer.kind !== 'page') return act(event, false, () => {})
    const page = event.answer
    const asked = session.pull?.id === event.id
    const { people } = said
    const last = pulled?.request
    if (asked && last) ahead.ask(last, page, headOf(store, last, parts.disk_free()))
    await layPage({ store, pace, act, said, asked }, event, page)
    said = { ...said, people: [] }
    if (asked && !page.more && synced.outbox.list(store.db).length === 0) noteHealthy()
    if (asked && !page.more) settleRounds(event.id)
    if (asked && !page.more && (page.commits.length > 0 || (pulled?.waited_ms ?? 0) > WAITED_MS))
      sleep(NUDGE_MS)
    if (people.length > 0 || page.commits.length > 0) store.people.forget()
  }

  /** What came beside the last page. */
  let said: Said = { people: [], wall_ms: 0 }
  const clock = () => store.readClock()

  /** @param more the same question has more answers coming: it stays open */
  async function act(event: Event, more: boolean, also: (db: WritableDb) => void): Promise<void> {
    const errand: Errand = {
      // What a page brings can be asked for again, and what is sealed leaves no sooner than it is on the disk.
      soon: brings(event) || isSealing(),
      safe_seq: safeSeqOf(event, synced.meta(store.db)),
      whole: isCollision(event),
      decide: (view) => step(view, session, event, tools),
      carryOut(db, { effects }, how) {
        const { wall_ms } = clock()
        for (const effect of effects)
          if (effect.kind === 'write') perform(db, synced, effect.write, wall_ms, how)
        also(db)
      },
    }
    const { step: done, wrote } = await carriedOut(store, errand, SLICE_MS)
    const forced = done.effects.some(isPush) && (await commits.onDisk())
    if (forced || wrote) noteHealthy()
    const news = done.effects.map((effect) => (effect.kind === 'write' ? newsIn(effect.write) : null))
    for (const one of news) if (one !== null) parts.onNews(one)
    if (!more) session = done.session
    for (const effect of done.effects) {
      if (effect.kind === 'send') send(effect.id, effect.request)
      else if (effect.kind === 'sleep' && !more) sleep(effect.ms)
    }
    if (session.outdated) later()
  }

  /** What is sent next was not sealed yet: that there is something to write need not be worked out first. */
  const isSealing = () =>
    session.greeted && session.push === null && synced.outbox.list(store.db).at(-1)?.seal === null

  function later(): void {
    alarm.set(OUTDATED_RETRY_MS, () => {
      session = newSession
      happen({ kind: 'wake' })
    })
  }

  function send(id: number, request: Request): void {
    const may_wait =
      request.kind === 'pull' && request.locator === undefined && !rounds.waiting && isCaughtUp()
    const controller = new AbortController()
    if (may_wait) waiting = controller
    const asked = performance.now()
    const ask = () => {
      const head = headOf(store, request, parts.disk_free())
      return client.send(request, head, may_wait ? (parts.wait_s ?? 25) : 0, controller.signal)
    }
    const answered = request.kind === 'pull' ? ahead.take(request).then((early) => early ?? ask()) : ask()
    const flight = answered.then((outcome) => {
      flights.delete(flight)
      if (waiting === controller) waiting = null
      if (request.kind === 'pull') pulled = { request, waited_ms: performance.now() - asked }
      heard(id, request, outcome, performance.now() - asked)
    })
    flights.add(flight)
  }

  const isCaughtUp = () =>
    sight.head_seq !== null && (synced.meta(store.db)?.cursor.seq ?? 0) >= sight.head_seq

  function heard(id: number, request: Request, outcome: Outcome, took_ms: number): void {
    if (stopped) return
    if (outcome.kind === 'answer') {
      const { answer, head } = outcome
      const { wall_ms } = clock()
      sight = {
        ...sight,
        last_success_ms: wall_ms,
        head_seq: head.head_seq,
        // A long poll was answered at its end: half of a short way is the best guess there is.
        clock_skew_ms: wall_ms - head.wall_ms - Math.min(took_ms, 1_000) / 2,
      }
      const outdated = answer.kind === 'upgrade_required' ? answer : null
      if (outdated !== null || !isInside(sight.trouble)) noteTrouble(outdated)
      if (answer.kind === 'pushed') arrived()
      if (answer.kind === 'page') said = head
      return happen({ kind: 'answer', id, answer })
    }
    const { trouble, retry_after_ms } = outcome
    if (trouble.kind === 'taken_back' && request.kind === 'pull')
      return happen({ kind: 'answer', id, answer: nothingYet(request) })
    const heavy = trouble.kind === 'silent' || (trouble.kind === 'refused' && trouble.why === 'too_large')
    if (heavy) wasTooMuch(request)
    noteTrouble(trouble)
    happen({ kind: 'failed', id, ...(retry_after_ms === undefined ? {} : { retry_after_ms }) })
    settleRounds(id)
  }

  /** Something was written, or nothing is left to write: what headquarters answers says nothing of this PC. */
  const noteHealthy = () => (isInside(sight.trouble) ? noteTrouble(null) : undefined)

  function noteTrouble(trouble: Trouble | null): void {
    const changed = JSON.stringify(trouble) !== JSON.stringify(sight.trouble)
    sight = { ...sight, trouble }
    if (changed) onTrouble(trouble)
    if (trouble?.kind === 'upgrade_required' || isInside(trouble)) settleRounds(Number.POSITIVE_INFINITY)
  }

  /** The end of the feed was asked for in this request: rounds begun before it are done, unless something still waits. */
  function settleRounds(asked: number): void {
    if (!rounds.waiting) return
    const at_rest = sight.trouble !== null || (synced.outbox.list(store.db).length === 0 && isCaughtUp())
    if (!at_rest) return sleep(0)
    rounds.end(asked)
  }

  const unsubscribe = commits.onCommit(() => {
    const last = lastLocalId(store.db)
    if (last > last_local_id) self.nudge()
    last_local_id = Math.max(last_local_id, last)
  })

  const self: Loop = {
    get sight() {
      return sight
    },
    nudge() {
      const may = session.failures === 0 && !session.outdated && session.push === null
      if (may && !stopped) alarm.within(NUDGE_MS)
    },
    retry() {
      session = { ...session, failures: 0 }
      sleep(0)
    },
    round(patience_ms) {
      const ended = rounds.begin(session.asked, patience_ms)
      if (stopped) rounds.end(Number.POSITIVE_INFINITY)
      waiting?.abort()
      self.retry()
      return ended
    },
    async stop() {
      stopped = true
      newcomer.stop()
      ahead.drop()
      unsubscribe()
      alarm.clear()
      rounds.end(Number.POSITIVE_INFINITY)
      client.close()
      await working
      await Promise.allSettled(flights)
    },
  }
  sleep(parts.chance() * Math.min(interval_ms, 2_000))
  return self
}
