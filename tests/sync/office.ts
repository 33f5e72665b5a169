import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib'

import { chainHash, messageHash } from '../../src/host/hash.ts'
import {
  type EnrollAnswer,
  type HeadquartersHead,
  type Person,
  stationHead,
  unwrapped,
  wrapped,
} from '../../src/model/sync/envelope.ts'
import type { ClockReading, Operation } from '../../src/model/operation.ts'
import { contentHash, link } from '../../src/model/sync/chain.ts'
import { handle } from '../../src/model/sync/headquarters.ts'
import { madeAt } from '../../src/model/sync/occurred.ts'
import {
  type Answer,
  PROTOCOL_VERSION,
  type Request,
  request as requestSchema,
} from '../../src/model/sync/protocol.ts'
import { type Central, headOf, newCentral, storeOf } from '../simulation/central.ts'

/** The same first moment as that of a station under test. */
const START = '2026-01-01T00:00:00.000Z'

/** What happens to an answer on its way. */
export type Mischief = (request: IncomingMessage, response: ServerResponse, go: () => void) => void

/** Headquarters in memory that speaks the real wire on a real socket: for tests that need no database there. */
export interface Office {
  readonly url: string
  central: Central
  /** Stands between the office and whoever asks, while it is set. */
  mischief: Mischief | null
  /** What its wall clock says. */
  wall_ms: number
  /** Stations whose credential is good. */
  readonly credentials: Map<string, string>
  safe_seq: number
  /** Bytes of bodies that came and went, and the changes in pages. */
  readonly traffic: { received: number; sent: number; changes: number; requests: string[] }
  invite(name: string): string
  /** Headquarters' own changes. */
  fill(operations: Iterable<Operation>): void
  close(): Promise<void>
}

export async function openOffice(): Promise<Office> {
  const people = new Map<string, Person>()
  const codes = new Map<string, { name: string; station_id: string; attempt: string | null }>()
  const waiting = new Set<() => void>()
  const tools = { hash: chainHash, sign: (text: string) => chainHash(`secret|${text}`) }
  let count = 0
  let written = 0
  const office: Omit<Office, 'url' | 'close'> & { url: string } = {
    url: '',
    central: newCentral('epoch-0'),
    mischief: null,
    wall_ms: Date.parse(START),
    credentials: new Map(),
    safe_seq: 0,
    traffic: { received: 0, sent: 0, changes: 0, requests: [] },
    fill(operations) {
      for (const operation of operations) write(operation)
    },
    invite(name) {
      const code = `code-${(count += 1)}`
      const station_id = `station-${count}`
      codes.set(code, { name, station_id, attempt: null })
      write({ type: 'station.create', id: station_id, name })
      return code
    },
  }

  /** Headquarters' own changes go through the same door. */
  function write(operation: Operation): void {
    const n = (written += 1)
    const op = {
      op_id: `office-${n}`,
      txn_id: `office-txn-${n}`,
      actor: { kind: 'user', id: 'administrator' } as const,
      clock: { wall_ms: office.wall_ms, boot_id: 'office', uptime_ms: 0 },
      created_at: office.wall_ms,
      operation,
    }
    const store = storeOf(
      office.central,
      () => office.safe_seq,
      () => {},
    )
    const { seq, hash: prev } = store.chainEnd('office')
    const hash = link(chainHash, prev, contentHash(chainHash, op, []))
    const head = headOf(office.central)
    handle(
      store,
      {
        kind: 'push',
        protocol: PROTOCOL_VERSION,
        station_id: 'office',
        incarnation: 'office',
        cursor: { epoch: office.central.epoch, seq: head.seq, hash: head.hash, mac: '' },
        parent: null,
        ops: [
          {
            ...op,
            base: { seq: 0, hash: '' },
            rebased: false,
            known_deleted: [],
            made_as: null,
            n: seq + 1,
            prev,
            hash,
          },
        ],
      },
      tools,
    )
    for (const wake of waiting) wake()
  }

  const enroll = (asked: { code: string; attempt: string }): [number, object] => {
    const invited = codes.get(asked.code)
    if (invited === undefined)
      return [404, { lotkeeper: 'code_unknown', message: 'This code is not known here' }]
    if (invited.attempt !== null && invited.attempt !== asked.attempt)
      return [409, { lotkeeper: 'code_spent', message: 'This code was used already' }]
    invited.attempt = asked.attempt
    const credential = `lks_${chainHash(`${asked.code}${(count += 1)}`)}`
    office.credentials.set(credential, invited.station_id)
    return [
      200,
      {
        headquarters_id: 'office',
        station_id: invited.station_id,
        name: invited.name,
        organization_slug: 'plant',
        credential,
      } satisfies EnrollAnswer,
    ]
  }

  async function answer(asked: Request, now: ClockReading, wait_ms: number): Promise<Answer> {
    const arrival = { now, received_at: office.wall_ms, not_before: 0 }
    const answered = () =>
      handle(
        storeOf(
          office.central,
          () => office.safe_seq,
          () => {},
        ),
        asked,
        { ...tools, madeAt: (sent) => madeAt(sent, arrival) },
      )
    const before = headOf(office.central).seq
    const result = answered()
    if (headOf(office.central).seq !== before) for (const wake of waiting) wake()
    if (asked.kind !== 'pull' || wait_ms === 0 || result.kind !== 'page' || result.commits.length > 0)
      return result
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, wait_ms)
      function done() {
        clearTimeout(timer)
        waiting.delete(done)
        resolve()
      }
      waiting.add(done)
    })
    return answered()
  }

  function headFor(result: Answer): HeadquartersHead {
    const makers = new Set(
      result.kind === 'page'
        ? result.commits.flatMap(({ rows }) => rows.flatMap((row) => row.created_by_user_id ?? []))
        : [],
    )
    return {
      headquarters_id: 'office',
      version: '0',
      wall_ms: office.wall_ms,
      head_seq: headOf(office.central).seq,
      people: [...makers].flatMap((id) => people.get(id) ?? []),
    }
  }

  async function respond(request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> {
    const path = request.url!.split('/').at(-1)!
    office.traffic.requests.push(path)
    const json = (status: number, value: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    if (path === 'enroll') return void json(...enroll(JSON.parse(body.toString()) as never))
    const credential = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
    if (!office.credentials.has(credential))
      return void json(401, { lotkeeper: 'unauthorized', message: 'This credential is not known here' })
    office.traffic.received += body.length
    const coding = request.headers['content-encoding']
    const text = (
      coding === 'zstd' ? zstdDecompressSync(body) : coding === 'gzip' ? gunzipSync(body) : body
    ).toString()
    const opened = unwrapped(text, messageHash)
    if (typeof opened === 'string') return void json(400, { lotkeeper: 'bad_message', message: opened })
    const head = stationHead.parse(opened.head)
    for (const person of head.people) if (!people.has(person.id)) people.set(person.id, person)
    const asked = requestSchema.parse(opened.message)
    const wait_s = Number(/wait=(\d+)/.exec(String(request.headers['prefer'] ?? ''))?.[1] ?? 0)
    const result = await answer(asked, head.clock, Math.min(wait_s * 1_000, 2_000))
    if (result.kind === 'page') office.traffic.changes += result.commits.length
    const whole = Buffer.from(wrapped(headFor(result), result, messageHash))
    const zstd = /zstd/.test(String(request.headers['accept-encoding']))
    const packed = whole.length < 1_000 ? whole : zstd ? zstdCompressSync(whole) : gzipSync(whole)
    office.traffic.sent += packed.length
    response
      .writeHead(200, {
        'content-type': 'application/x-ndjson',
        'accept-encoding': 'zstd, gzip',
        ...(packed === whole ? {} : { 'content-encoding': zstd ? 'zstd' : 'gzip' }),
      })
      .end(packed)
  }

  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('error', () => {})
    request.on('end', () => {
      const go = () =>
        void respond(request, Buffer.concat(chunks), response).catch((error: unknown) => {
          console.error(error)
          response.destroy()
        })
      if (office.mischief === null) go()
      else office.mischief(request, response, go)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  office.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return Object.assign(office, {
    close: () =>
      new Promise<void>((resolve) => {
        for (const wake of waiting) wake()
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  })
}
