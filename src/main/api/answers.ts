import type { Caller } from '../../http/routes.ts'
import { type HeldAnswer, type WireRequest, ok } from '../../http/wire.ts'

/**
 * Answers kept until the next write: polling then costs what the network costs. Only what was asked for before is kept: an answer
 * that nobody asks for again would be garbage that lives long.
 */
export interface Answers {
  find(request: WireRequest, caller: Caller): HeldAnswer | undefined
  /** Makes the answer of this body, and keeps it if this is not the first time. */
  keep(request: WireRequest, caller: Caller, json: string): HeldAnswer
}

/** Most bytes kept, and the largest answer worth keeping: a page of 100 batches is about 40 kB. */
const TOTAL_MAX = 8_000_000
const ANSWER_MAX = 100_000

/** Questions remembered, each some 100 bytes. */
const ASKED_MAX = 1_000
/** Links in answers are good for a day from when they were made: none is handed out that is older than this. */
const AGE_MAX_MS = 3_600_000

/** @param version moves with every commit (see store/commits.ts) */
export function createAnswers(version: () => number, now: () => number): Answers {
  const known = new Map<string, HeldAnswer>()
  const asked = new Set<string>()
  let size = 0
  let since = version()
  let emptied = now()

  const name = (request: WireRequest, caller: Caller) =>
    `${caller.actor.id} ${request.origin} ${request.target}`

  function forgetOutdated(): void {
    if (since === version() && Math.abs(now() - emptied) < AGE_MAX_MS) return
    known.clear()
    size = 0
    since = version()
    emptied = now()
  }

  return {
    find(request, caller) {
      forgetOutdated()
      return known.get(name(request, caller))
    },
    keep(request, caller, json) {
      const question = name(request, caller)
      if (!asked.has(question)) {
        if (asked.size >= ASKED_MAX) asked.clear()
        asked.add(question)
        return ok(json)
      }
      forgetOutdated()
      const answer = ok(Buffer.from(json))
      if (answer.body.length > ANSWER_MAX) return answer
      if (size + answer.body.length > TOTAL_MAX) {
        known.clear()
        size = 0
      }
      known.set(question, answer)
      size += answer.body.length
      return answer
    },
  }
}
