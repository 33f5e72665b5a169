import type { StationHead } from '../../model/sync/envelope.ts'
import type { Page, PullRequest } from '../../model/sync/protocol.ts'
import type { Client, Outcome } from './client.ts'

/**
 * The page after the one that is being laid down, asked for meanwhile: a station that catches up waits for no round trip between
 * two pages. The engine knows nothing of it; it asks, and the answer is there.
 */
export interface Ahead {
  ask(request: PullRequest, page: Page, head: StationHead): void
  /**
   * What came of it, if it is this very question. Only a page that more pages follow counts: the end of the feed says what
   * headquarters has *now*, and must be asked for when the engine asks.
   */
  take(request: PullRequest): Promise<Outcome | undefined>
  drop(): void
}

export function createAhead({ send }: Pick<Client, 'send'>): Ahead {
  let asked: { name: string; outcome: Promise<Outcome>; controller: AbortController } | null = null
  return {
    ask(request, { to, more }, head) {
      this.drop()
      if (!more || request.locator !== undefined) return
      const next = { ...request, cursor: to }
      const controller = new AbortController()
      asked = { name: nameOf(next), outcome: send(next, head, 0, controller.signal), controller }
    },
    async take(request) {
      const known = asked
      if (known?.name !== nameOf(request)) return undefined
      asked = null
      const outcome = await known.outcome
      return outcome.kind === 'answer' && outcome.answer.kind === 'page' && outcome.answer.more
        ? outcome
        : undefined
    },
    drop() {
      asked?.controller.abort()
      asked = null
    },
  }
}

const nameOf = ({ station_id, incarnation, cursor, limit, locator }: PullRequest) =>
  JSON.stringify([station_id, incarnation, cursor.epoch, cursor.seq, cursor.hash, limit, locator])
