import { randomUUID } from 'node:crypto'

import type { WireRequest } from '../../http/wire.ts'
import type { Commits } from '../store/commits.ts'

/**
 * Tells pages that something was committed, by a request that waits: the same over a socket and over the window's own
 * scheme, which carries no endless answers. A page that missed any number of changes hears of it in the next answer.
 */
export interface Changes {
  /** Settles with the version as soon as it is not `since`; after a while with the same one. */
  wait(since: string | undefined, request: WireRequest): Promise<string>
  /** Lets everybody who waits go, so that a closing server need not wait for them. */
  end(): void
}

/** Proxies and browsers give up on silent requests after 30 s and more. */
const PATIENCE_MS = 20_000

export function createChanges(commits: Commits): Changes {
  /** A version of another run of this program is never mistaken for one of this run. */
  const run = randomUUID().slice(0, 8)
  const waiting = new Set<() => void>()
  let ended = false
  const version = () => `${run}-${commits.version}`
  const wake = () => {
    for (const go of waiting) go()
  }
  commits.onCommit(wake)

  return {
    wait(since, request) {
      if (since !== version() || ended) return Promise.resolve(version())
      return new Promise((resolve) => {
        const timer = setTimeout(go, PATIENCE_MS)
        function go() {
          clearTimeout(timer)
          waiting.delete(go)
          resolve(version())
        }
        waiting.add(go)
        request.onEnd(go)
      })
    },
    end() {
      ended = true
      wake()
    },
  }
}
