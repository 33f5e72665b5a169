import { hash } from 'node:crypto'

import type { Input } from './routes.ts'

/** What makes two requests the same: who asks, and the words; with an `Idempotency-Key`, who asks and that key. */
export interface Identity {
  readonly fingerprint: Buffer
  /** Digest of the request's words. */
  readonly request: Buffer
  readonly explicit: boolean
}

export function identify({ caller, request }: Pick<Input, 'caller' | 'request'>): Identity {
  const words = digest(caller.key_id, request.method, request.target, request.body)
  const key = request.header('idempotency-key')
  return key === undefined
    ? { fingerprint: words, request: words, explicit: false }
    : {
        fingerprint: digest(caller.key_id, 'Idempotency-Key', key, new Uint8Array()),
        request: words,
        explicit: true,
      }
}

function digest(key_id: string, method: string, target: string, body: Uint8Array): Buffer {
  return hash(
    'sha256',
    Buffer.concat([Buffer.from(`${key_id}\n${method}\n${target}\n`), body]),
    'buffer',
  ).subarray(0, 16)
}

/** How long a repetition is taken for one while nobody knows whether the answer arrived, and with a key of its own. */
export const AMBIGUOUS_MS = 10 * 60_000
export const EXPLICIT_MS = 24 * 3_600_000
