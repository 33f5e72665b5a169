import type { Caller } from '../../http/routes.ts'
import { type HeldAnswer, type WireRequest, ok } from '../../http/wire.ts'

/** Answers kept until the next write: polling then costs what the network costs. */
export interface Answers {
  find(request: WireRequest, caller: Caller): HeldAnswer | undefined
  /** Makes the answer of this body and keeps it. */
  keep(request: WireRequest, caller: Caller, json: string): HeldAnswer
}

/** Most bytes kept, and the largest answer worth keeping: a page of 100 batches is about 40 kB. */
const TOTAL_MAX = 8_000_000
const ANSWER_MAX = 100_000

/** @param version moves with every commit (see store/commits.ts) */
export function createAnswers(version: () => number): Answers {
  const known = new Map<string, HeldAnswer>()
  let size = 0
  let since = version()

  const name = (request: WireRequest, caller: Caller) => `${caller.actor.id} ${request.target}`

  function forgetOutdated(): void {
    if (since === version()) return
    known.clear()
    size = 0
    since = version()
  }

  return {
    find(request, caller) {
      forgetOutdated()
      return known.get(name(request, caller))
    },
    keep(request, caller, json) {
      forgetOutdated()
      const answer = ok(Buffer.from(json))
      if (answer.body.length > ANSWER_MAX) return answer
      if (size + answer.body.length > TOTAL_MAX) {
        known.clear()
        size = 0
      }
      known.set(name(request, caller), answer)
      size += answer.body.length
      return answer
    },
  }
}
