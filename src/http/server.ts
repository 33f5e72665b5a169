import { once } from 'node:events'
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { Socket } from 'node:net'

import { refuse } from '../model/error.ts'
import type { App } from './app.ts'
import { beginExchange } from './delivery.ts'
import { checkDoor } from './door.ts'
import { type WireAnswer, refused } from './wire.ts'

export interface ServerOptions {
  /** `localhost` listens on 127.0.0.1 and ::1; any other name or address on that one. */
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  readonly app: App
  /** Names in `Host` and `Origin` that are ours besides loopback; `any` where the network decides how it calls this machine. */
  readonly hosts?: readonly string[] | 'any'
  /** PEM texts: then all is HTTPS. */
  readonly tls?: { readonly cert: string | Buffer; readonly key: string | Buffer }
  /** Largest body taken, bytes; default 1 MiB. */
  readonly body_max?: number
  /** How long a client may take to send its headers, and its whole request; milliseconds. */
  readonly headers_timeout_ms?: number
  readonly request_timeout_ms?: number
}

export interface Listening {
  readonly port: number
  readonly url: string
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
  const body_max = options.body_max ?? BODY_MAX
  const settings = {
    maxHeaderSize: HEADERS_MAX,
    headersTimeout: options.headers_timeout_ms ?? 10_000,
    requestTimeout: options.request_timeout_ms ?? 30_000,
    connectionsCheckingInterval: 1_000,
    keepAliveTimeout: 30_000,
    noDelay: true,
    requireHostHeader: false,
  }
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const barred = checkDoor(request.headers, hosts)
    if (barred) send(request, response, refused(barred))
    else receive(request, response, options.app, body_max)
  }
  const server = options.tls
    ? createSecureServer({ ...settings, ...options.tls, handshakeTimeout: settings.headersTimeout }, answer)
    : createServer(settings, answer)
  server.on('clientError', answerBrokenRequest)
  watchSilence(server, options.tls ? 'secureConnection' : 'connection')
  return server
}

/** Collects the body, hands the request to the app, sends what it answers. */
function receive(request: IncomingMessage, response: ServerResponse, app: App, body_max: number): void {
  const { method = 'GET', url = '/', headers } = request
  const exchange = beginExchange(request.socket, () => response.writableFinished)
  const run = (body: Uint8Array) => {
    const answer = app({
      method,
      target: url,
      header: (name) => headers[name] as string | undefined,
      body,
      gone: exchange.gone,
      onEnd: exchange.onEnd,
    })
    if (answer instanceof Promise) void answer.then((late) => send(request, response, late))
    else send(request, response, answer)
  }
  if (!hasBody(request)) return run(NOTHING)

  const chunks: Buffer[] = []
  let size = 0
  request.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size <= body_max) chunks.push(chunk)
    else if (!response.headersSent)
      send(
        request,
        response,
        refused(refuse('PAYLOAD_TOO_LARGE', `The body is larger than ${body_max} bytes`)),
      )
  })
  request.on('end', () => {
    if (size <= body_max) run(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks))
  })
  request.on('error', () => response.destroy())
}

const NOTHING = new Uint8Array()

function send(request: IncomingMessage, response: ServerResponse, answer: WireAnswer): void {
  if (response.destroyed) return
  const body = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body
  // A body that is not read to its end leaves its rest on the connection, and a closing server wants none idle.
  if ((hasBody(request) && !request.complete) || !serverOf(request).listening)
    response.shouldKeepAlive = false
  response.writeHead(answer.status, {
    'content-type': answer.type,
    'content-length': body.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...answer.headers,
  })
  response.end(body)
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
