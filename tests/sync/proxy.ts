import { connect, createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'

import { type Prng, stream } from '../simulation/prng.ts'

/** A line that misbehaves: it drops, delays, cuts answers off and answers in a portal's place. Bytes, not messages. */
export interface Proxy {
  readonly url: string
  /** From 0 (a good line) to 1. */
  badness: number
  /** What happens to every request, while it is set. */
  always: Mischief | null
  readonly done: Record<string, number>
  close(): Promise<void>
}

const mischiefs = ['drop', 'portal', 'gateway', 'cut', 'twice'] as const
/** Also, where a test asks for it: the line goes dead, or an answer arrives with other bytes. */
export type Mischief = (typeof mischiefs)[number] | 'silence' | 'change'

const PORTAL =
  'HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 44\r\nconnection: close\r\n\r\n<!doctype html><title>Sign in please</title>'
const GATEWAY = 'HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n'

export async function openProxy(target: string, seed: number): Promise<Proxy> {
  const { port, hostname } = new URL(target)
  const r: Prng = stream(seed, 'proxy')
  const sockets = new Set<Socket>()
  const proxy = { badness: 0, always: null as Mischief | null, done: {} as Record<string, number> }
  const note = (what: string) => (proxy.done[what] = (proxy.done[what] ?? 0) + 1)

  const server = createServer((client) => {
    sockets.add(client)
    const upstream = connect(Number(port), hostname)
    sockets.add(upstream)
    const end = () => {
      client.destroy()
      upstream.destroy()
      sockets.delete(client)
      sockets.delete(upstream)
    }
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end)
    client.on('data', (bytes: Buffer) => {
      const bad = r.chance(proxy.badness) || proxy.always !== null
      const picked = r.pick(mischiefs)
      const kind = proxy.always ?? picked
      if (!bad) return void upstream.write(bytes)
      note(kind)
      if (kind === 'drop') return end()
      if (kind === 'silence') return
      if (kind === 'portal') return void client.end(PORTAL)
      if (kind === 'gateway') return void client.end(GATEWAY)
      // The request arrives, and its answer is cut off; or it arrives once more on a line of its own.
      upstream.write(bytes)
      if (kind === 'change')
        upstream.prependOnceListener('data', (answer: Buffer) => void (answer[answer.length - 9]! ^= 1))
      else if (kind === 'cut') {
        // Instead of being passed on whole, as any other answer is.
        upstream.removeAllListeners('data')
        upstream.once('data', (answer: Buffer) => client.end(answer.subarray(0, answer.length / 2), end))
      } else {
        const copy = connect(Number(port), hostname, () => copy.write(bytes))
        sockets.add(copy)
        copy
          .on('error', () => {})
          .on('data', () => copy.destroy())
          .on('close', () => sockets.delete(copy))
        setTimeout(() => copy.destroy(), 3_000).unref()
      }
    })
    upstream.on('data', (bytes: Buffer) => {
      const late = r.chance(proxy.badness) ? r.int(10, 400) : 0
      if (late > 0) note('late')
      const pass = () => void (client.destroyed || client.write(bytes))
      if (late === 0) pass()
      else {
        // Nothing overtakes: what is late holds up what comes after it.
        upstream.pause()
        setTimeout(() => (pass(), upstream.resume()), late)
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return Object.assign(proxy, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  })
}
