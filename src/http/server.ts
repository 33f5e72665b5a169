import { once } from 'node:events'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

import { http, https } from '../host/http.ts'
import { refuse } from '../model/error.ts'
import type { App } from './app.ts'
import { beginExchange } from './delivery.ts'
import { checkDoor } from './door.ts'
import type { Uploads } from './uploads.ts'
import { type WireAnswer, type WireRequest, refused } from './wire.ts'

/** PEM texts. */
interface Tls {
  readonly cert: string | Buffer
  readonly key: string | Buffer
}

export interface ServerOptions {
  /** `localhost` listens on 127.0.0.1 and ::1; any other name or address on that one. */
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  readonly app: App
  /** Asked before the app, with the body still on its way. */
  readonly uploads?: Uploads
  /** Names in `Host` and `Origin` that are ours besides loopback; `any` where the network decides how it calls this machine. */
  readonly hosts?: readonly string[] | 'any'
  /** Then all is HTTPS. */
  readonly tls?: Tls
  /** Largest body taken, bytes; default 1 MiB. */
  readonly body_max?: number
  /** How long a client may take to send its headers, and then its body; milliseconds. */
  readonly headers_timeout_ms?: number
  readonly request_timeout_ms?: number
  /** How long a client may be silent while it uploads or downloads, however long all of it takes. */
  readonly silence_ms?: number
}

export interface Listening {
  readonly port: number
  readonly url: string
  /** Shows another certificate on connections that come from now on; those that are there stay. For who listens with TLS. */
  certify(tls: Tls): void
  /** Takes no new connection, answers what is in flight, then ends. */
  close(): Promise<void>
}

export const BODY_MAX = 1024 * 1024
/** Room for a list filtered by a few hundred ids; more is a 431. */
const HEADERS_MAX = 64 * 1024

/** @throws the system's error with its `code`, e.g. `EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL` */
export async function listen(options: ServerOptions): Promise<Listening> {
  const addresses =
    options.host === 'localhost' || options.host === '127.0.0.1' ? ['127.0.0.1', '::1'] : [options.host]
  const servers: Server[] = []
  try {
    for (const address of addresses) {
      const server = createHttpServer(options)
      try {
        await bind(server, address, servers.length === 0 ? options.port : portOf(servers[0]!))
      } catch (error) {
        server.close()
        // A PC without IPv6 has no ::1; one that has it must give us the same port there.
        if (
          address === '::1' &&
          ['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes((error as NodeJS.ErrnoException).code ?? '')
        )
          continue
        throw error
      }
      servers.push(server)
    }
  } catch (error) {
    for (const server of servers) server.close()
    throw error
  }
  const port = portOf(servers[0]!)
  const name = addresses[0]!.includes(':') ? `[${addresses[0]}]` : addresses[0]!
  return {
    port,
    url: `${options.tls ? 'https' : 'http'}://${name}:${port}`,
    certify({ cert, key }) {
      for (const server of servers) if (server instanceof https.Server) server.setSecureContext({ cert, key })
    },
    close: async () => void (await Promise.all(servers.map(closeServer))),
  }
}

const portOf = (server: Server) => (server.address() as { port: number }).port

async function bind(server: Server, host: string, port: number): Promise<void> {
  server.listen({ host, port, exclusive: true })
  await once(server, 'listening')
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeIdleConnections()
  for (const socket of silent.get(server) ?? []) socket.destroy()
  await closed
}

/** Connections on which nothing was asked yet. Browsers open some ahead of need; Node would wait until their headers are overdue. */
const silent = new WeakMap<Server, Set<Socket>>()

function watchSilence(server: Server, connected: 'connection' | 'secureConnection'): void {
  const sockets = new Set<Socket>()
  silent.set(server, sockets)
  server.on(connected, (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.on('request', ({ socket }) => sockets.delete(socket))
}

function createHttpServer(options: ServerOptions): Server {
  const hosts =
    options.hosts === 'any' ? options.hosts : new Set((options.hosts ?? []).map((host) => host.toLowerCase()))
  const settings = {
    maxHeaderSize: HEADERS_MAX,
    headersTimeout: options.headers_timeout_ms ?? 10_000,
    // Node knows one limit for all requests. An upload takes as long as it takes: bodies are timed below.
    requestTimeout: 0,
    connectionsCheckingInterval: 1_000,
    keepAliveTimeout: 30_000,
    noDelay: true,
    requireHostHeader: false,
  }
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const barred = checkDoor(request.headers, hosts)
    if (barred) send(request, response, refused(barred))
    else receive(request, response, options)
  }
  const server = options.tls
    ? https.createServer({ ...settings, ...options.tls, handshakeTimeout: settings.headersTimeout }, answer)
    : http.createServer(settings, answer)
  server.on('clientError', answerBrokenRequest)
  watchSilence(server, options.tls ? 'secureConnection' : 'connection')
  return server
}

/** Hands the request to whoever takes its body as it comes, otherwise to the app with its body collected. */
function receive(request: IncomingMessage, response: ServerResponse, options: ServerOptions): void {
  const { method = 'GET', url = '/', headers } = request
  const exchange = beginExchange(request.socket, () => response.writableFinished)
  const head: Omit<WireRequest, 'body'> = {
    method,
    target: url,
    origin: originOf(request, options.tls !== undefined),
    header: (name) => headers[name] as string | undefined,
    gone: exchange.gone,
    onEnd: exchange.onEnd,
  }
  const { silence_ms = 30_000 } = options
  const give = (answer: WireAnswer | Promise<WireAnswer>) => {
    if (answer instanceof Promise) void answer.then((late) => send(request, response, late, silence_ms))
    else send(request, response, answer, silence_ms)
  }
  const upload = options.uploads?.({ ...head, pieces: piecesOf(request, silence_ms) })
  if (upload !== undefined) give(upload)
  else if (hasBody(request))
    collect(request, response, options, (body) => give(options.app({ ...head, body })))
  else give(options.app({ ...head, body: NOTHING }))
}

/** How the client calls us. A proxy that speaks TLS for us says so. */
function originOf({ headers, socket }: IncomingMessage, tls: boolean): string {
  const scheme = tls || headers['x-forwarded-proto'] === 'https' ? 'https' : 'http'
  return `${scheme}://${headers.host ?? `${socket.localAddress}:${socket.localPort}`}`
}

async function* piecesOf(request: IncomingMessage, silence_ms: number): AsyncGenerator<Uint8Array> {
  request.setTimeout(silence_ms, () => request.destroy())
  for await (const piece of request) yield piece as Buffer
  request.setTimeout(0)
}

/** Collects a body that may be held, within its limits of size and time. */
function collect(
  request: IncomingMessage,
  response: ServerResponse,
  { body_max = BODY_MAX, request_timeout_ms = 30_000 }: ServerOptions,
  run: (body: Uint8Array) => void,
): void {
  const chunks: Buffer[] = []
  let size = 0
  const refuseOnce = (code: 'PAYLOAD_TOO_LARGE' | 'REQUEST_TIMEOUT', message: string) => {
    if (!response.headersSent) send(request, response, refused(refuse(code, message)))
  }
  const late = setTimeout(
    () => refuseOnce('REQUEST_TIMEOUT', 'The request took too long to arrive'),
    request_timeout_ms,
  )
  request.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size <= body_max) chunks.push(chunk)
    else refuseOnce('PAYLOAD_TOO_LARGE', `The body is larger than ${body_max} bytes`)
  })
  request.on('end', () => {
    if (!response.headersSent) run(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks))
  })
  request.on('error', () => response.destroy())
  request.on('close', () => clearTimeout(late))
}

const NOTHING = new Uint8Array()

function send(request: IncomingMessage, response: ServerResponse, answer: WireAnswer, silence_ms = 0): void {
  if (response.destroyed) return
  const { body } = answer
  const length =
    typeof body === 'string' ? Buffer.byteLength(body) : body instanceof Uint8Array ? body.length : body.size
  // A body that is not read to its end leaves its rest on the connection, and a closing server wants none idle.
  if ((hasBody(request) && !request.complete) || !serverOf(request).listening)
    response.shouldKeepAlive = false
  response.writeHead(answer.status, {
    'content-type': answer.type,
    'content-length': length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...answer.headers,
  })
  // A text leaves in one piece with its headers, without becoming a Buffer; one of ASCII alone needs no look at each character.
  if (typeof body === 'string') return void response.end(body, length === body.length ? 'latin1' : 'utf8')
  if (body instanceof Uint8Array) return void response.end(body)
  response.setTimeout(silence_ms, () => response.destroy())
  // What fails here the client sees: fewer bytes come than were promised.
  void pipeline(Readable.from(body.pieces, { objectMode: false }), response).catch(() => response.destroy())
}

/** Without one, a request is answered before Node calls it complete. */
const hasBody = ({ headers }: IncomingMessage) =>
  headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined

/** The server a request came to; Node sets it on each of its sockets. */
const serverOf = (request: IncomingMessage) => (request.socket as Socket & { readonly server: Server }).server

/** Requests that are not HTTP, too slow or too long never reach the app; they get the same shape of error. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy()
  const refusal =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? refuse(
          'REQUEST_HEADER_FIELDS_TOO_LARGE',
          `The request line and headers are larger than ${HEADERS_MAX} bytes`,
        )
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? refuse('REQUEST_TIMEOUT', 'The request took too long to arrive')
        : refuse('BAD_REQUEST', 'The request is not HTTP/1.1')
  const { status, body } = refused(refusal)
  socket.end(
    `HTTP/1.1 ${status} ${refusal.code}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body.toString()}`,
  )
}
