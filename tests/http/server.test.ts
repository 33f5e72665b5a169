import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'

import { afterEach, describe, expect, test } from 'vitest'

import type { App } from '../../src/http/app.ts'
import { type Listening, listen } from '../../src/http/server.ts'
import { ok } from '../../src/http/wire.ts'

/** Tells what reached it. */
const echo: App = ({ method, target, body }) => ok(JSON.stringify({ method, target, size: body.length }))

let server: Listening | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

async function start(app: App = echo, limits: object = {}): Promise<Listening> {
  return (server = await listen({ host: 'localhost', port: 0, app, ...limits }))
}

/** Sends exactly these bytes and gives back everything that comes until the server ends the connection. */
function raw(port: number, text: string, host = '127.0.0.1'): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host, () => socket.write(text))
    let received = ''
    socket.on('data', (chunk) => (received += chunk.toString()))
    socket.on('end', () => resolve(received))
    socket.on('error', reject)
  })
}

const status = (answer: string) => Number(answer.split(' ')[1])
const json = (answer: string) =>
  JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) as Record<string, unknown>
const get = (path: string, headers: string) => `GET ${path} HTTP/1.1\r\n${headers}Connection: close\r\n\r\n`

describe('where it listens', () => {
  test('on 127.0.0.1 and on ::1, at the same port', async () => {
    const { port } = await start()
    for (const host of ['127.0.0.1', '::1'])
      expect(status(await raw(port, get('/x', 'Host: localhost\r\n'), host))).toBe(200)
  })

  test('a port in use is an error with its code, and nothing stays open', async () => {
    const { port } = await start()
    await expect(listen({ host: 'localhost', port, app: echo })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})

const FORBIDDEN = expect.stringContaining('Forbidden') as string

describe('who may come in', () => {
  const cases: readonly (readonly [string, string, number])[] = [
    ['loopback by name', 'Host: localhost:4780\r\n', 200],
    ['loopback by address', 'Host: 127.0.0.1\r\n', 200],
    ['loopback by IPv6 address', 'Host: [::1]:4780\r\n', 200],
    ['a name that leads here by DNS rebinding', 'Host: evil.example\r\n', 403],
    ['a name that only begins like loopback', 'Host: localhost.evil.example\r\n', 403],
    ['a name that only begins like an address', 'Host: 127.0.0.1.evil.example\r\n', 403],
    ['no Host at all', '', 403],
    ['a page of a foreign site', 'Host: localhost\r\nOrigin: https://evil.example\r\n', 403],
    ['a page in a sandboxed frame or a file', 'Host: localhost\r\nOrigin: null\r\n', 403],
    ['our own page', 'Host: 127.0.0.1:4780\r\nOrigin: http://127.0.0.1:4780\r\n', 200],
  ]
  test.each(cases)('%s', async (_, headers, expected) => {
    const { port } = await start()
    const answer = await raw(port, get('/v2/batches', headers))
    expect(status(answer)).toBe(expected)
    expect(answer.toLowerCase()).not.toContain('access-control-allow')
    expect(json(answer)).toMatchObject(
      expected === 403 ? { code: 'FORBIDDEN', message: FORBIDDEN } : { target: '/v2/batches' },
    )
  })

  test('names given by the operator of the server are ours too', async () => {
    const { port } = await start(echo, { hosts: ['Station-12.plant.example'] })
    expect(status(await raw(port, get('/', 'Host: station-12.plant.example:4780\r\n')))).toBe(200)
  })
})

describe('what it refuses before any route, in the shape of every error', () => {
  test('a body over the limit, announced or not: 413', async () => {
    const { port } = await start(echo, { body_max: 10 })
    for (const body of [
      'Content-Length: 11\r\n\r\n12345678901',
      'Transfer-Encoding: chunked\r\n\r\nb\r\n12345678901\r\n0\r\n\r\n',
    ]) {
      const answer = await raw(
        port,
        `POST /v2/batches HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${body}`,
      )
      expect(status(answer)).toBe(413)
      expect(json(answer)).toMatchObject({ code: 'PAYLOAD_TOO_LARGE' })
    }
  })

  test('headers over the limit: 431', async () => {
    const { port } = await start()
    const answer = await raw(
      port,
      get(`/v2/batches?search_query=${'x'.repeat(70_000)}`, 'Host: localhost\r\n'),
    )
    expect(status(answer)).toBe(431)
    expect(json(answer)).toMatchObject({ code: 'REQUEST_HEADER_FIELDS_TOO_LARGE' })
  })

  test('what is not HTTP: 400', async () => {
    const { port } = await start()
    const answer = await raw(port, 'HELLO\r\n\r\n')
    expect(status(answer)).toBe(400)
    expect(json(answer)).toMatchObject({ code: 'BAD_REQUEST' })
  })

  test.each([
    ['headers that never end', 'GET / HTTP/1.1\r\nHost: localhost\r\n'],
    ['a body that never comes', 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n12'],
  ])('%s: 408 and the connection ends', async (_, text) => {
    const { port } = await start(echo, { headers_timeout_ms: 100, request_timeout_ms: 200 })
    const answer = await raw(port, text)
    expect(status(answer)).toBe(408)
    expect(json(answer)).toMatchObject({ code: 'REQUEST_TIMEOUT' })
  })
})

describe('how requests arrive', () => {
  test('the target comes through untouched: no dot segment resolved, nothing decoded', async () => {
    const { port } = await start()
    for (const target of [
      '/v2/batches/..',
      '/v2/batches/%2e%2e',
      '//v2//batches/a%2Fb+c?x=%zz',
      '/v2/batches/100%',
    ])
      expect(json(await raw(port, get(target, 'Host: localhost\r\n')))).toMatchObject({ target })
  })

  test('a chunked body is read whole', async () => {
    const { port } = await start()
    const answer = await new Promise<string>((resolve, reject) => {
      const request = httpRequest(
        { port, method: 'POST', path: '/', headers: { 'transfer-encoding': 'chunked' } },
        (response) => {
          let text = ''
          response.on('data', (chunk: Buffer) => (text += chunk.toString())).on('end', () => resolve(text))
        },
      )
      request.on('error', reject)
      request.write('12345')
      request.end('678')
    })
    expect(JSON.parse(answer)).toMatchObject({ size: 8 })
  })

  test('a connection is kept for the next request', async () => {
    const { port } = await start()
    const socket = connect(port, '127.0.0.1')
    for (const head of [
      'GET /a HTTP/1.1\r\n\r\n',
      'POST /b HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}',
      'GET /c HTTP/1.1\r\n\r\n',
    ]) {
      const answered = new Promise<Buffer>((resolve) => socket.once('data', resolve))
      socket.write(head.replace('HTTP/1.1\r\n', 'HTTP/1.1\r\nHost: localhost\r\n'))
      expect((await answered).toString().toLowerCase()).toContain('connection: keep-alive')
    }
    socket.destroy()
  })

  describe('the app learns whether its client took the answer', () => {
    /** Tells of each exchange how it ended, and keeps answers to `/held` back until released. */
    function listener() {
      const ends: [string, boolean][] = []
      const held: (() => void)[] = []
      const app: App = (request) => {
        request.onEnd((taken) => ends.push([request.target, taken]))
        if (request.target !== '/held') return ok('{}')
        return new Promise((resolve) => held.push(() => resolve(ok('{}'))))
      }
      return { ends, held, app }
    }
    const keptAlive = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`

    test('taken: the client read it and closed', async () => {
      const { ends, app } = listener()
      const { port } = await start(app)
      await raw(port, get('/one', 'Host: localhost\r\n'))
      await expect.poll(() => ends).toEqual([['/one', true]])
    })

    test('taken: the client asks again on the same connection', async () => {
      const { ends, app } = listener()
      const { port } = await start(app)
      const socket = connect(port, '127.0.0.1', () => socket.write(keptAlive('/one')))
      socket.once('data', () => socket.write(keptAlive('/two')))
      await expect.poll(() => ends).toEqual([['/one', true]])
      socket.destroy()
    })

    test('lost: the client resets the connection before the answer', async () => {
      const { ends, held, app } = listener()
      const { port } = await start(app)
      const socket = connect(port, '127.0.0.1', () => socket.write(keptAlive('/held')))
      await expect.poll(() => held.length).toBe(1)
      socket.resetAndDestroy()
      await expect.poll(() => ends).toEqual([['/held', false]])
      held[0]!()
    })

    test('lost: the client closes in order, but before the answer came', async () => {
      const { ends, held, app } = listener()
      const { port } = await start(app)
      const socket = connect(port, '127.0.0.1', () => socket.write(keptAlive('/held')))
      await expect.poll(() => held.length).toBe(1)
      const closed = new Promise((resolve) => socket.once('close', resolve))
      socket.destroy()
      // The goodbye is on its way, the server has not looked yet: it answers in the same turn.
      held[0]!()
      await closed
      await expect.poll(() => ends).toEqual([['/held', false]])
    })
  })
})

test('closing does not wait for a connection on which nothing was asked', async () => {
  const listening = await start()
  const { port } = listening
  const socket = connect(port, '127.0.0.1')
  const ended = new Promise((resolve) => socket.once('close', resolve))
  await new Promise((resolve) => socket.once('connect', resolve))
  await listening.close()
  await ended
  await expect(raw(port, get('/', 'Host: localhost\r\n'))).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  server = undefined
})

test('closing answers what is in flight and takes nothing new', async () => {
  let release = (): void => {}
  const arrived = Promise.withResolvers<void>()
  const listening = await start(
    () =>
      new Promise((resolve) => {
        release = () => resolve(ok('{"late":true}'))
        arrived.resolve()
      }),
  )
  const { port } = listening
  const answer = raw(port, 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await arrived.promise
  const closed = listening.close()
  release()
  expect(json(await answer)).toEqual({ late: true })
  await closed
  await expect(raw(port, get('/', 'Host: localhost\r\n'))).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  server = undefined
})
