import { AMBIGUOUS_MS, EXPLICIT_MS, identify } from '../../http/repetition.ts'
import type { Input } from '../../http/routes.ts'
import { type Refusal, refuse } from '../../model/error.ts'
import type { WritableDb } from '../store/database.ts'
import { deleteReplies, findReply, listReplies, putReply } from '../store/replies.ts'

/**
 * Clients repeat a write after a lost answer and most send no idempotency key (contract v2 §1.5).
 *
 * Each answered write is remembered, in its own transaction, until its client is known to have the answer (http/delivery.ts).
 * If the client went away without it, or this process died in between, the same request from the same key within some minutes
 * gets the same answer again and changes nothing. Once taken it is forgotten: who sends the same again then means it, and a
 * duplicate is a 409.
 * A request with `Idempotency-Key` gets its first answer again for a day, delivered or not.
 */
export interface Retries {
  /** The earlier answer's body if this request is a repetition; a refusal if its `Idempotency-Key` stood for another request. */
  replay(db: WritableDb, input: Input): { readonly body: string } | Refusal | undefined
  /** Remembers what is about to be answered. */
  remember(db: WritableDb, input: Input, body: string): void
}

/** How often old replies are looked for. */
const SWEEP_MS = 60_000

interface Undelivered {
  readonly body: string
  readonly answered_at: number
  /** True while nobody can say whether the client has it. */
  readonly ambiguous: () => boolean
}

export function createRetries(db: WritableDb, now: () => number): Retries {
  const undelivered = new Map<string, Undelivered>()
  /** Delivered since the last write; the next one clears them from the table. */
  let delivered: Buffer[] = []
  let swept = now()

  // What the last process answered and could not see delivered.
  for (const { fingerprint, body, answered_at } of listReplies(db))
    undelivered.set(fingerprint.toString('hex'), { body, answered_at, ambiguous: () => true })

  function sweep(writable: WritableDb): void {
    deleteReplies(writable, delivered, 0, 0)
    delivered = []
    if (now() - swept < SWEEP_MS) return
    swept = now()
    deleteReplies(writable, [], now() - AMBIGUOUS_MS, now() - EXPLICIT_MS)
    for (const [fingerprint, { answered_at }] of undelivered)
      if (answered_at < now() - AMBIGUOUS_MS) undelivered.delete(fingerprint)
  }

  /** Forgets the answer once the client of this request has it. */
  function watch(input: Input, fingerprint: Buffer, entry: Undelivered): void {
    const name = fingerprint.toString('hex')
    undelivered.set(name, entry)
    input.request.onEnd((taken) => {
      if (!taken || undelivered.get(name) !== entry) return
      undelivered.delete(name)
      delivered.push(fingerprint)
    })
  }

  return {
    replay(writable, input) {
      sweep(writable)
      const { fingerprint, explicit, request } = identify(input)
      if (explicit) {
        const earlier = findReply(writable, fingerprint)
        if (!earlier || earlier.answered_at < now() - EXPLICIT_MS) return undefined
        if (!earlier.request.equals(request))
          return refuse('UNPROCESSABLE_CONTENT', 'This Idempotency-Key was used for a different request')
        return { body: earlier.body }
      }
      const earlier = undelivered.get(fingerprint.toString('hex'))
      if (!earlier || earlier.answered_at < now() - AMBIGUOUS_MS || !earlier.ambiguous()) return undefined
      // In doubt until this answer is known to have arrived.
      watch(input, fingerprint, { ...earlier, ambiguous: () => true })
      return { body: earlier.body }
    },
    remember(writable, input, body) {
      const { fingerprint, explicit, request } = identify(input)
      putReply(writable, { fingerprint, request, explicit, answered_at: now(), body })
      if (!explicit) watch(input, fingerprint, { body, answered_at: now(), ambiguous: input.request.gone })
    },
  }
}
