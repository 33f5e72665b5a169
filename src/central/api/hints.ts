import type { WireRequest } from '../../http/wire.ts'
import { one } from '../store/database.ts'
import { sql } from '../store/sql.ts'
import type { Api } from './route.ts'

/** When to look again. That another process committed may go unheard, so whoever waits also looks by itself now and then. */
export interface Hints {
  readonly version: number
  onNews(listener: () => void): void
  headSeq(): Promise<number>
  /** Waits until there is something after `seq`. False if the time is over, the asker went away or the server stops. */
  wait(since: number, seq: number, ms: number, request: WireRequest): Promise<boolean>
  readonly end: () => void
}

const LOOK_AGAIN_MS = 5_000

export function createHints({ db, sequencer }: Api): Hints {
  let version = 0
  let ended = false
  let head: Promise<number> | undefined
  const waiting = new Set<() => void>()
  const listeners = new Set<() => void>()
  const news = () => {
    version += 1
    head = undefined
    for (const listener of listeners) listener()
    for (const go of waiting) go()
  }
  sequencer.onCommit(news)
  db.onHint(news)

  /** One look for all who ask within a moment. */
  function headSeq(): Promise<number> {
    if (head) return head
    const looking = one<{ seq: number }>(db, sql`SELECT seq FROM headquarters`).then(({ seq }) => seq)
    head = looking
    const forget = () => {
      if (head === looking) head = undefined
    }
    looking.then(() => setTimeout(forget, 200).unref(), forget)
    return looking
  }

  const pause = (since: number, ms: number, request: WireRequest) =>
    new Promise<'news' | 'gone' | 'time'>((resolve) => {
      if (ended || version !== since) return resolve(ended ? 'gone' : 'news')
      const finish = (why: 'news' | 'gone' | 'time') => {
        clearTimeout(timer)
        waiting.delete(go)
        resolve(why)
      }
      const go = () => finish(ended ? 'gone' : 'news')
      const timer = setTimeout(() => finish('time'), ms)
      waiting.add(go)
      request.onEnd(() => finish('gone'))
    })

  return {
    get version() {
      return version
    },
    onNews: (listener) => void listeners.add(listener),
    headSeq,
    async wait(since, seq, ms, request) {
      const until = performance.now() + ms
      for (let from = since; ;) {
        const left = until - performance.now()
        if (left <= 0) return false
        if ((await pause(from, Math.min(left, LOOK_AGAIN_MS), request)) === 'gone') return false
        from = version
        if ((await headSeq()) > seq) return true
      }
    },
    end() {
      ended = true
      for (const go of waiting) go()
    },
  }
}
