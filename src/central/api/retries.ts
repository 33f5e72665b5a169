import type { Input } from '../../http/routes.ts'
import { AMBIGUOUS_MS, EXPLICIT_MS, identify } from '../../http/repetition.ts'
import { isRefusal, type Refusal, refuse } from '../../model/error.ts'
import type { Database } from '../store/database.ts'
import type { Desk } from '../store/own.ts'
import { dropReplies, type KnownReply, markLost } from '../store/replies.ts'

/**
 * Clients repeat a write after a lost answer, here as at a station (main/api/retries.ts, decision 0006): the same rules, over several processes.
 *
 * The answer is kept in the transaction of the write. The process that gave it knows whether its client took it (http/delivery.ts): then it
 * is forgotten; or went away: then it says so in the table, for whichever process is asked next. Another process repeats an answer only when that is
 * said, or when the one that gave it is gone: in doubt a 409 that names what is there does less harm than a "done" that did nothing.
 */
export interface Retries {
  /** Does `work` and keeps its answer, or gives the earlier answer if this request is a repetition. */
  once(desk: Desk, input: Input, work: () => object | Refusal): Answered | Refusal
  /** To be called after the commit, before the answer leaves: from then on it is watched whether it arrives. */
  sent(input: Input, answered: Answered): void
  /** Writes down what was seen since the last time. */
  flush(): Promise<void>
}

export interface Answered {
  readonly body: string
  /** It was answered before: that answer is in doubt until this one is known to have arrived. */
  readonly again: boolean
}

interface Sent {
  readonly answered_at: number
  readonly gone: () => boolean
}

/** @param run names this process since its start */
export function createRetries(db: Database, run: string, now: () => number): Retries {
  const open = new Map<string, Sent>()
  const writing = new Set<Promise<unknown>>()
  let delivered: string[] = []

  function repeats({ fingerprint, run: by, answered_at, in_doubt }: KnownReply): boolean {
    if (answered_at < now() - AMBIGUOUS_MS) return false
    return by === run ? open.get(fingerprint)?.gone() === true : in_doubt
  }

  return {
    once(desk, input, work) {
      const { fingerprint, request, explicit } = identify(input)
      const [name, words] = [fingerprint.toString('hex'), request.toString('hex')]
      const earlier = desk.reply(name)
      if (earlier?.explicit === true && earlier.answered_at >= now() - EXPLICIT_MS) {
        if (earlier.request === words) return { body: earlier.body, again: true }
        return refuse('UNPROCESSABLE_CONTENT', 'This Idempotency-Key was used for a different request')
      }
      if (earlier?.explicit === false && repeats(earlier)) {
        desk.keepReply({ ...earlier, run, lost: true })
        return { body: earlier.body, again: true }
      }
      const result = work()
      if (isRefusal(result)) return result
      const body = JSON.stringify(result)
      const { wall_ms: answered_at } = desk
      desk.keepReply({ fingerprint: name, request: words, explicit, answered_at, body, run, lost: false })
      return { body, again: false }
    },
    sent(input, { again }) {
      const { fingerprint, explicit } = identify(input)
      if (explicit) return
      const name = fingerprint.toString('hex')
      const entry: Sent = { answered_at: now(), gone: again ? () => true : input.request.gone }
      open.set(name, entry)
      input.request.onEnd((taken) => {
        if (open.get(name) !== entry) return
        if (taken) {
          open.delete(name)
          delivered.push(name)
          return
        }
        const told = markLost(db, run, name)
          .catch(() => undefined)
          .finally(() => writing.delete(told))
        writing.add(told)
      })
    },
    async flush() {
      await Promise.all(writing)
      const done = delivered.filter((name) => !open.has(name))
      delivered = []
      await dropReplies(db, run, done, { ambiguous: now() - AMBIGUOUS_MS, explicit: now() - EXPLICIT_MS })
      for (const [name, { answered_at }] of open) if (answered_at < now() - AMBIGUOUS_MS) open.delete(name)
    },
  }
}
