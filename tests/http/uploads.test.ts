import { once } from 'node:events'
import { type IncomingMessage, request as httpRequest } from 'node:http'
import { connect } from 'node:net'

import { afterEach, describe, expect, test } from 'vitest'

import type { App } from '../../src/http/app.ts'
import { type Listening, listen } from '../../src/http/server.ts'
import { type Uploads, withUploads } from '../../src/http/uploads.ts'
import { ok, textOf } from '../../src/http/wire.ts'
import { wireRequest } from '../support/station.ts'

const app: App = ({ body, origin }) => ok(JSON.stringify({ held: body.length, origin }))

let server: Listening | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

/** Takes what is sent to `/up`, and tells what came. */
function counter() {
  const seen = { pieces: 0, bytes: 0, largest: 0, broke: false }
  const uploads: Uploads = (request) => {
    if (request.target !== '/up') return undefined
    const take = async () => {
      try {
        for await (const piece of request.pieces) {
          seen.pieces += 1
          seen.bytes += piece.length
          seen.largest = Math.max(seen.largest, piece.length)
        }
      } catch (error) {
        seen.broke = true
        throw error
      }
      return ok(JSON.stringify(seen))
    }
    return take().catch(() => ok('{}'))
  }
  return { seen, uploads }
}

async function start(uploads: Uploads, limits: object = {}): Promise<Listening> {
  return (server = await listen({ host: 'localhost', port: 0, app, uploads, ...limits }))
}

const statusOf = ([response]: unknown[]) => {
  const message = response as IncomingMessage
  message.resume()
  return message.statusCode
}

describe('an upload', () => {
  test('comes piece by piece, and may be larger than any body that is held', async () => {
    const { seen, uploads } = counter()
    const { url } = await start(uploads, { body_max: 1_000 })
    const size = 20_000_000
    const answer = await fetch(`${url}/up`, { method: 'PUT', body: new Uint8Array(size) })
    expect(answer.status).toBe(200)
    expect(seen).toMatchObject({ bytes: size, broke: false })
    expect(seen.largest).toBeLessThan(1_000_000)
  })

  test('may take longer than a request that is held, as long as something comes', async () => {
    const { seen, uploads } = counter()
    const { port } = await start(uploads, { request_timeout_ms: 50 })
    const begin = (path: string) => {
      const request = httpRequest({ port, method: 'PUT', path, headers: { 'content-length': 2 } })
      request.write('x')
      return { request, status: once(request, 'response').then(statusOf) }
    }
    const upload = begin('/up')
    await expect.poll(() => seen.bytes).toBe(1)
    const held = begin('/other')
    expect(await held.status).toBe(408)
    held.request.destroy()
    upload.request.end('x')
    expect(await upload.status).toBe(200)
  })

  test.each([
    ['goes away', (socket: ReturnType<typeof connect>) => void socket.destroy()],
    ['falls silent', () => {}],
  ])('whose client %s breaks off where it was taken', async (_, leave) => {
    const { seen, uploads } = counter()
    const { port } = await start(uploads, { silence_ms: 100 })
    const socket = connect(port, '127.0.0.1', () =>
      socket.write('PUT /up HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n1234'),
    )
    await expect.poll(() => seen.bytes).toBe(4)
    leave(socket)
    await expect.poll(() => seen.broke).toBe(true)
    socket.destroy()
  })

  test('passes the door like any request', async () => {
    const { seen, uploads } = counter()
    const { url } = await start(uploads)
    const strange = { origin: 'https://evil.example' }
    const answer = await fetch(`${url}/up`, { method: 'PUT', body: 'x', headers: strange })
    expect(answer.status).toBe(403)
    expect(seen.pieces).toBe(0)
  })

  test('what is no upload goes to the app, whole', async () => {
    const { uploads } = counter()
    const { url, port } = await start(uploads)
    const answer = await fetch(`${url}/other`, { method: 'PUT', body: 'four' })
    expect(await answer.json()).toEqual({ held: 4, origin: `http://127.0.0.1:${port}` })
  })

  test('comes in one piece from whoever carries requests whole', async () => {
    const { seen, uploads } = counter()
    const both = withUploads(app, uploads)
    await both(wireRequest('PUT', '/up', { body: 'four' }).request)
    expect(seen).toMatchObject({ pieces: 1, bytes: 4 })
    const held = await both(wireRequest('PUT', '/other', { body: 'four' }).request)
    expect(JSON.parse(await textOf(held))).toMatchObject({ held: 4 })
  })
})

describe('an answer in pieces', () => {
  async function* pieces(count: number, fails: boolean) {
    for (let n = 0; n < count; n++) yield await Promise.resolve(new Uint8Array(100_000).fill(n))
    if (fails) throw new Error('the disk is gone')
  }
  const answering =
    (size: number, fails: boolean): App =>
    () => ({ status: 200, type: 'application/octet-stream', body: { size, pieces: pieces(50, fails) } })

  test('arrives whole, with its length', async () => {
    server = await listen({ host: 'localhost', port: 0, app: answering(5_000_000, false) })
    const answer = await fetch(server.url)
    expect(answer.headers.get('content-length')).toBe('5000000')
    const bytes = new Uint8Array(await answer.arrayBuffer())
    expect([bytes.length, bytes[0], bytes[4_999_999]]).toEqual([5_000_000, 0, 49])
  })

  test('that fails is cut off: nobody takes a part of it for the whole', async () => {
    server = await listen({ host: 'localhost', port: 0, app: answering(6_000_000, true) })
    const answer = await fetch(server.url)
    await expect(answer.arrayBuffer()).rejects.toThrow('terminated')
  })

  test('to a client that stopped reading ends', async () => {
    let ended = false
    async function* endless() {
      try {
        for (;;) yield await Promise.resolve(new Uint8Array(100_000))
      } finally {
        ended = true
      }
    }
    const app: App = () => ({ status: 200, type: 'x/y', body: { size: 1e12, pieces: endless() } })
    server = await listen({ host: 'localhost', port: 0, app, silence_ms: 100 })
    const socket = connect(server.port, '127.0.0.1', () =>
      socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'),
    )
    socket.pause()
    await expect.poll(() => ended).toBe(true)
    socket.destroy()
  })
})

describe('the name a client calls the server by', () => {
  test.each([
    [{ host: 'localhost:4780' }, 'http://localhost:4780'],
    [{ host: 'station-12:80' }, 'http://station-12:80'],
    [{ host: 'localhost', 'x-forwarded-proto': 'https' }, 'https://localhost'],
  ])('%o', async (headers, origin) => {
    const { uploads } = counter()
    const { port } = await start(uploads, { hosts: ['station-12'] })
    const request = httpRequest({ port, path: '/', headers })
    const answered = once(request, 'response')
    request.end()
    const [response] = (await answered) as [AsyncIterable<Buffer>]
    let text = ''
    for await (const chunk of response) text += chunk.toString()
    expect(JSON.parse(text)).toMatchObject({ origin })
  })
})
