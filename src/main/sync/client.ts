import { getCACertificates } from 'node:tls'
import { promisify } from 'node:util'
import { constants, gunzip, gzip, zstdCompress, zstdDecompress } from 'node:zlib'

import { messageHash } from '../../host/hash.ts'
import { http, https } from '../../host/http.ts'
import {
  type HeadquartersHead,
  headquartersHead,
  type StationHead,
  unwrapped,
  wireRefusal,
  wrapped,
} from '../../model/sync/envelope.ts'
import { BYTES_TYPE } from '../../model/sync/blobs.ts'
import type { Answer, Request } from '../../model/sync/protocol.ts'
import { readAnswer, SHORT } from '../../model/sync/short.ts'
import { ELSEWHERE, troubleOf } from './broken-line.ts'
import type { Trouble } from './trouble.ts'

/** What came of one request: an answer of headquarters, or what stood in the way. Never an exception. */
export type Outcome =
  | { readonly kind: 'answer'; readonly answer: Answer; readonly head: HeadquartersHead }
  | { readonly kind: 'trouble'; readonly trouble: Trouble; readonly retry_after_ms?: number }

export interface Reply {
  readonly status: number
  readonly type: string
  readonly body: Buffer
  readonly retry_after_ms?: number
}

export interface Client {
  /** @param wait_s how long headquarters may keep a pull waiting for news */
  send(request: Request, head: StationHead, wait_s: number, signal: AbortSignal): Promise<Outcome>
  /** A plain JSON request, for what has no credential yet. */
  post(path: string, body: object): Promise<Reply | Failed>
  /** Bytes beside the messages, for who has a credential; JSON where `body` is an object. */
  bytes(path: string, body: Uint8Array | object, signal: AbortSignal): Promise<Reply | Failed>
  close(): void
}

/** There was no answer at all. */
export interface Failed {
  readonly kind: 'trouble'
  readonly trouble: Trouble
}

/** Silence of this length is a dead line: a router that lost its memory tells nobody. */
const SILENCE_MS = 20_000
/** No answer of headquarters is larger. */
const BODY_MAX = 64 * 1024 * 1024
/** Shorter bodies are not worth compressing. */
const COMPRESS_FROM = 1_024

const codings = {
  zstd: {
    pack: promisify(zstdCompress),
    unpack: promisify(zstdDecompress),
  },
  gzip: { pack: promisify(gzip), unpack: promisify(gunzip) },
}

/** Whom this PC trusts: a plant's own authority stands in the system's store, where its IT put it. */
const trusted = () => [...getCACertificates('default'), ...getCACertificates('system')]

/** Talks to headquarters over HTTP as docs/sync-wire.md says. Compression runs on the thread pool, beside whoever asks the API. */
export function createClient(url: string, credential: string | null, silence_ms = SILENCE_MS): Client {
  const base = new URL(url.endsWith('/') ? url : `${url}/`)
  const secure = base.protocol === 'https:'
  const agent = secure
    ? new https.Agent({ keepAlive: true, maxSockets: 4, ca: trusted() })
    : new http.Agent({ keepAlive: true, maxSockets: 4 })
  let zstd = false

  function call(
    path: string,
    body: Buffer,
    headers: Record<string, string>,
    patience_ms: number,
    signal?: AbortSignal,
  ): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const target = new URL(path, base)
      const options = {
        agent,
        method: 'POST',
        headers: { ...headers, 'content-length': body.length, 'accept-encoding': 'zstd, gzip' },
        ...(signal === undefined ? {} : { signal }),
      }
      const request = (secure ? https : http).request(target, options)
      request.setTimeout(patience_ms, () => request.destroy(new Error('ETIMEDOUT', { cause: 'silence' })))
      request.on('error', reject)
      request.on('response', (response) => {
        if (!secure && URL.parse(response.headers.location ?? '')?.protocol === 'https:')
          return void request.destroy(Object.assign(new Error('elsewhere'), { code: ELSEWHERE }))
        const chunks: Buffer[] = []
        let size = 0
        response.on('data', (chunk: Buffer) => {
          size += chunk.length
          if (size > BODY_MAX) request.destroy(new Error('the answer is too large'))
          else chunks.push(chunk)
        })
        response.on('error', reject)
        response.on('aborted', () => reject(Object.assign(new Error('cut off'), { code: 'CUT_OFF' })))
        response.on('end', () => {
          const coding = response.headers['content-encoding']
          const retry_after_ms = retryAfter(response.headers['retry-after'])
          if (/\bzstd\b/.test(response.headers['accept-encoding'] ?? '')) zstd = true
          const settle = (unpacked: Buffer) =>
            resolve({
              status: response.statusCode ?? 0,
              type: response.headers['content-type'] ?? '',
              body: unpacked,
              ...(retry_after_ms === undefined ? {} : { retry_after_ms }),
            })
          const whole = Buffer.concat(chunks)
          if (coding === undefined || coding === 'identity') return settle(whole)
          const known = coding === 'zstd' || coding === 'gzip' ? codings[coding] : undefined
          if (known === undefined) return reject(Object.assign(new Error('cut off'), { code: 'CUT_OFF' }))
          known
            .unpack(whole)
            .then(settle, () => reject(Object.assign(new Error('cut off'), { code: 'CUT_OFF' })))
        })
      })
      request.end(body)
    })
  }

  return {
    async send(request, head, wait_s, signal) {
      try {
        const text = Buffer.from(wrapped(head, request, messageHash))
        const coding = text.length < COMPRESS_FROM ? undefined : zstd ? 'zstd' : 'gzip'
        const body =
          coding === undefined
            ? text
            : coding === 'zstd'
              ? await codings.zstd.pack(text, { params: { [constants.ZSTD_c_compressionLevel]: 3 } })
              : await codings.gzip.pack(text, { level: 1 })
        const headers: Record<string, string> = { 'content-type': 'application/x-ndjson' }
        if (credential !== null) headers['authorization'] = `Bearer ${credential}`
        if (coding !== undefined) headers['content-encoding'] = coding
        if (request.kind === 'pull') headers['prefer'] = wait_s > 0 ? `${SHORT}, wait=${wait_s}` : SHORT
        const path = `sync/v1/${request.kind}`
        return outcomeOf(await call(path, body, headers, wait_s * 1_000 + silence_ms, signal))
      } catch (error) {
        return { kind: 'trouble', trouble: await troubleOf(error, base) }
      }
    },
    async post(path, body) {
      try {
        return await call(
          path,
          Buffer.from(JSON.stringify(body)),
          { 'content-type': 'application/json' },
          silence_ms,
        )
      } catch (error) {
        return { kind: 'trouble', trouble: await troubleOf(error, base) }
      }
    },
    async bytes(path, body, signal) {
      const raw = body instanceof Uint8Array
      const headers = {
        'content-type': raw ? BYTES_TYPE : 'application/json',
        authorization: `Bearer ${credential}`,
      }
      try {
        const sent = Buffer.from(raw ? body : JSON.stringify(body))
        return await call(path, sent, headers, silence_ms, signal)
      } catch (error) {
        return { kind: 'trouble', trouble: await troubleOf(error, base) }
      }
    },
    close: () => agent.destroy(),
  }
}

/** Seconds, or a date by somebody else's clock, which says nothing here. */
function retryAfter(header: string | undefined): number | undefined {
  const seconds = Number(header)
  return header !== undefined && Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : undefined
}

/** Headquarters' answer, its refusal, or somebody else's words. */
export function outcomeOf({ status, type, body, retry_after_ms }: Reply): Outcome {
  const later = retry_after_ms === undefined ? {} : { retry_after_ms }
  if (status !== 200) return { kind: 'trouble', trouble: refusedBy(status, type, body), ...later }
  const lines = unwrapped(body.toString(), messageHash)
  if (lines === 'foreign') return { kind: 'trouble', trouble: foreign(status, type, body) }
  if (lines === 'cut_off') return { kind: 'trouble', trouble: { kind: 'cut_off' } }
  const head = headquartersHead.safeParse(lines.head)
  const said = readAnswer(lines.message)
  // Whole and ours, and yet not understood: headquarters speaks a version that this program does not know.
  if (!head.success || said === undefined) return { kind: 'trouble', trouble: { kind: 'not_understood' } }
  return { kind: 'answer', answer: said, head: head.data }
}

export function refusedBy(status: number, type: string, body: Buffer): Trouble {
  const refusal = wireRefusal.safeParse(jsonOf(body))
  if (!refusal.success) return foreign(status, type, body)
  return { kind: 'refused', why: refusal.data.lotkeeper, message: refusal.data.message }
}

/** A captive portal's page, a proxy's own error, another server at that address. */
function foreign(status: number, type: string, body: Buffer): Trouble {
  if (status === 407) return { kind: 'proxy_login' }
  if (status >= 500) return { kind: 'gateway', status }
  const page = /html/i.test(type) || /^\s*<(!doctype|html)/i.test(body.subarray(0, 200).toString())
  return page || (status >= 300 && status < 400)
    ? { kind: 'captive_portal', status }
    : { kind: 'foreign', status }
}

export function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    return undefined
  }
}
