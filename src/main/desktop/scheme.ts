import { protocol } from 'electron'

import type { App } from '../../http/app.ts'
import { BODY_MAX } from '../../http/server.ts'
import { type WireAnswer, refused } from '../../http/wire.ts'
import { refuse } from '../../model/error.ts'

/** The page's own origin. No other program on this PC can reach it, so what comes through it needs no key. */
export const ORIGIN = 'app://bundle'

/** Once, and before Electron is ready: later, Chromium would take the page for one without origin, storage or fetch. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ])
}

export interface Scheme {
  /** Settles when every write that the page has sent is answered. */
  settled(): Promise<void>
}

/** Answers the page's requests by the very app that listens on loopback: page, API, documentation. */
export function serveScheme(app: App): Scheme {
  const writes = new Set<Promise<Response>>()
  protocol.handle('app', (request) => {
    const answer = carry(app, request)
    if (request.method !== 'GET') {
      writes.add(answer)
      void answer.finally(() => writes.delete(answer))
    }
    return answer
  })
  return { settled: async () => void (await Promise.allSettled(writes)) }
}

/** One exchange, as http/server.ts carries it over a socket. */
async function carry(app: App, request: Request): Promise<Response> {
  if (!request.url.startsWith(`${ORIGIN}/`) || !fromOwnPage(request))
    return respond(refused(refuse('FORBIDDEN', 'Forbidden: pages of other sites may not call this server')))
  const body = new Uint8Array(await request.arrayBuffer())
  if (body.length > BODY_MAX)
    return respond(refused(refuse('PAYLOAD_TOO_LARGE', `The body is larger than ${BODY_MAX} bytes`)))
  const listeners: ((delivered: boolean) => void)[] = []
  const answer = await app({
    method: request.method,
    target: request.url.slice(ORIGIN.length).split('#', 1)[0]!,
    origin: ORIGIN,
    header: (name) => request.headers.get(name) ?? undefined,
    body,
    gone: () => request.signal.aborted,
    onEnd: (listener) => void listeners.push(listener),
  })
  const response = respond(answer)
  // There is no network between this and the page: what is handed over has arrived, unless the page gave up waiting.
  for (const listener of listeners) listener(!request.signal.aborted)
  return response
}

function fromOwnPage(request: Request): boolean {
  const origin = request.headers.get('origin')
  return origin === null || origin === ORIGIN
}

function respond({ status, type, body, headers }: WireAnswer): Response {
  return new Response(bodyOf(body), {
    status,
    headers: {
      'content-type': type,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...headers,
    },
  })
}

function bodyOf(body: WireAnswer['body']): string | Uint8Array<ArrayBuffer> | ReadableStream {
  if (typeof body === 'string') return body
  return body instanceof Uint8Array ? new Uint8Array(body) : ReadableStream.from(body.pieces)
}
