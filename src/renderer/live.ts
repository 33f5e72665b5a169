import { notifyManager, type Query, type QueryClient } from '@tanstack/react-query'

import { deskEndpoints } from '../model/desk.ts'
import { call } from './api.ts'
import { codeOf } from './problem.ts'

/** Whether the station answers. `locked`: it does, and wants a key first. */
export type Connection = 'up' | 'down' | 'locked'

/** A script may write hundreds of times a second: people see a few of these. */
const AT_MOST_EVERY_MS = 400
const AFTER_FAILURE_MS = 1_000

/**
 * Keeps what is on the screen true: waits for the station to say that something changed, then has everything that is shown
 * read again. One request that waits serves window and browser alike.
 * @returns stops
 */
export function followChanges(queries: QueryClient, say: (connection: Connection) => void): () => void {
  const stopped = new AbortController()
  const { signal } = stopped

  /** What is being read, and whether it is to be read once more then. */
  const reading = new Map<Query, boolean>()
  /** What is on its way is awaited, then read anew: begun afresh at each change, a slow answer would never be seen. It holds up no other. */
  async function read(query: Query): Promise<void> {
    if (reading.has(query)) return void reading.set(query, true)
    reading.set(query, query.state.fetchStatus !== 'idle')
    for (let again: boolean | undefined = true; again;) {
      await queries.invalidateQueries({ predicate: (one) => one === query }, { cancelRefetch: false })
      again = reading.get(query)
      reading.set(query, false)
    }
    reading.delete(query)
  }
  const readAll = () =>
    notifyManager.batch(() => {
      for (const query of queries.getQueryCache().getAll()) void read(query)
    })

  async function follow(): Promise<void> {
    let since: string | undefined
    let down = false
    while (!signal.aborted) {
      try {
        const { version } = await call(deskEndpoints.changes, { query: { since }, signal })
        say('up')
        const missed = since !== undefined ? version !== since : down
        since = version
        down = false
        if (!missed) continue
        readAll()
        await pause(AT_MOST_EVERY_MS, signal)
      } catch (error) {
        if (signal.aborted) return
        // Who comes back has missed what happened meanwhile.
        since = undefined
        down = true
        say(codeOf(error) === 'UNAUTHORIZED' ? 'locked' : 'down')
        await pause(AFTER_FAILURE_MS, signal)
      }
    }
  }

  void follow()
  return () => stopped.abort()
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = window.setTimeout(done, ms)
    function done() {
      window.clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done)
  })
}
