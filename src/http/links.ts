import { createHmac, timingSafeEqual } from 'node:crypto'

import { type Refusal, refuse } from '../model/error.ts'

/** What a link is good for: giving a file its bytes, or getting them. */
export type Purpose = 'upload' | 'download'

/**
 * Links that need no key: whoever has one may do one thing with one file until it expires. Clients follow them without
 * their key (contract v2 §2.9), so the right must stand in the link itself, and nobody can make one up.
 */
export interface Links {
  /** An absolute URL on the server that the client called. @param origin see `WireRequest` */
  to(purpose: Purpose, id: string, origin: string): string
  /** What a link's path stands for; undefined if it is no path of a link. */
  read(segments: readonly string[], purpose: Purpose): Link | undefined
}

/** What somebody is told whose link opens nothing; undefined for a good one. It does not say whether there is such a file. */
export function closed({ state }: Link): Refusal | undefined {
  if (state === 'good') return undefined
  const why = state === 'forged' ? 'this link is not valid' : 'this link has expired: ask for a new one'
  return refuse('FORBIDDEN', `Forbidden: ${why}`)
}

export interface Link {
  readonly id: string
  readonly state: 'good' | 'expired' | 'forged'
}

/** A script that works through a night's queue still has its links in the morning. */
export const LINK_MS = 24 * 3_600_000
const FOLDER = 'files'

/** @param secret whoever knows it can make links; kept where the rows are */
export function createLinks(secret: string, now: () => number): Links {
  const sign = (purpose: Purpose, id: string, until: string) =>
    createHmac('sha256', secret).update(`${purpose} ${id} ${until}`).digest('base64url')
  return {
    to(purpose, id, origin) {
      const until = String(now() + LINK_MS)
      return `${origin}/${FOLDER}/${id}/${until}/${sign(purpose, id, until)}`
    },
    read([folder, id, until, signature, ...rest], purpose) {
      if (
        folder !== FOLDER ||
        id === undefined ||
        until === undefined ||
        signature === undefined ||
        rest.length > 0
      )
        return undefined
      const [given, right] = [Buffer.from(signature), Buffer.from(sign(purpose, id, until))]
      if (given.length !== right.length || !timingSafeEqual(given, right)) return { id, state: 'forged' }
      return { id, state: Number(until) < now() ? 'expired' : 'good' }
    },
  }
}
