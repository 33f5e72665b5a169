import { createHmac } from 'node:crypto'

import { chainHash } from '../../host/hash.ts'
import { version } from '../../host/version.ts'
import { parseBody } from '../../http/body.ts'
import { splitTarget } from '../../http/target.ts'
import { ok, type WireAnswer, type WireRequest } from '../../http/wire.ts'
import { isRefusal } from '../../model/error.ts'
import type { JournaledOperation } from '../../model/operation.ts'
import { enrollRequest, type HeadquartersHead, stationHead } from '../../model/sync/envelope.ts'
import { handle, type Tools } from '../../model/sync/headquarters.ts'
import type { SealedOperation } from '../../model/sync/journal.ts'
import { type Arrival, madeAt } from '../../model/sync/occurred.ts'
import {
  type Answer,
  PROTOCOL_VERSION,
  type PullRequest,
  type Request,
  request as requestSchema,
} from '../../model/sync/protocol.ts'
import { SHORT, shortened } from '../../model/sync/short.ts'
import { storableCopy } from '../../model/text.ts'
import { enroll, findStation } from '../store/enrolments.ts'
import { peopleOf, welcomePeople } from '../store/people.ts'
import type { Sightings } from '../store/sightings.ts'
import { bearerOf } from './app.ts'
import { answerBlobs } from './blobs.ts'
import { encodingFor, openEnvelope, sealEnvelope, wireRefused } from './envelope.ts'
import { createHints, type Hints } from './hints.ts'
import { type Api, databaseRefusal } from './route.ts'

const PREFIX = '/sync/v1/'
/** Segments up to and with `blobs`. */
const BLOBS_AT = 3
/** Longest a pull waits: proxies cut silent requests after 30 s and more. */
const WAIT_MAX_S = 25
const PAGE_MAX = 1_000
/** More operations waiting than this take longer than a station should wait for its answer. */
const WAITING_MAX = 20_000

export interface SyncParts {
  readonly api: Api
  readonly sightings: Sightings
  /** Signs cursors; all processes of one headquarters have the same. */
  readonly secret: string
  readonly onDefect: (error: unknown, request: WireRequest) => void
}

export interface SyncApp {
  /** Answers a station (docs/sync-wire.md); undefined for what is none of its requests. */
  answer(request: WireRequest): Promise<WireAnswer> | undefined
  /** Lets everybody who waits go. */
  readonly end: () => void
}

/** The stations' side of headquarters: a thin layer of HTTP over the rules of `model/sync`. */
export function createSyncApp({ api, sightings, secret, onDefect }: SyncParts): SyncApp {
  const tools: Tools = {
    hash: chainHash,
    sign: (text) => createHmac('sha256', secret).update(text).digest('hex').slice(0, 32),
  }
  const hints = createHints(api)
  const now = () => api.outside.readClock().wall_ms

  async function answer(request: WireRequest, name: string): Promise<WireAnswer> {
    if (request.method !== 'POST') return wireRefused('bad_message', 'Everything here is a POST')
    if (name === 'enroll') return answerEnrolment(api, request)
    const credential = bearerOf(request.header('authorization'))
    const station = credential === undefined ? undefined : await findStation(api.db, credential)
    if (station === undefined) return wireRefused('unauthorized', 'This credential is not known here')
    if (station.revoked) return wireRefused('revoked', 'This station was revoked at headquarters')
    if (name === 'blobs') {
      const path = splitTarget(request.target).segments.slice(BLOBS_AT)
      return (await answerBlobs(api, request, path)) ?? badMessage('there is no such path')
    }
    const opened = await openEnvelope(request)
    if ('status' in opened) return opened
    const head = stationHead.safeParse(storableCopy(opened.head))
    if (!head.success) return badMessage(head.error.issues[0]!.message)
    const { protocol } = opened.message as { protocol?: unknown }
    if (typeof protocol === 'number' && protocol !== PROTOCOL_VERSION)
      return seal({ kind: 'upgrade_required', protocol: PROTOCOL_VERSION }, request, station.station_id)
    const asked = requestSchema.safeParse(opened.message)
    if (!asked.success) return badMessage(asked.error.issues[0]!.message)
    const message = asked.data
    if (message.kind !== name) return badMessage(`a ${message.kind} was sent to ${PREFIX}${name}`)
    if (message.station_id !== station.station_id)
      return wireRefused('unauthorized', 'This credential belongs to another station')
    const { incarnation, cursor } = message
    sightings.note(station.station_id, head.data, { incarnation, cursor_seq: cursor.seq })
    if (message.kind === 'push' && api.sequencer.waiting > WAITING_MAX)
      return wireRefused('busy', 'Headquarters has more to do than it can do now', 2 + Math.random() * 8)
    await welcomePeople(api.db, head.data.people)
    const result = await resultOf(message, { now: head.data.clock, received_at: now() }, request)
    return seal(result, request, station.station_id)
  }

  async function resultOf(
    asked: Request,
    arrival: Omit<Arrival, 'not_before'>,
    request: WireRequest,
  ): Promise<Answer> {
    if (asked.kind === 'push')
      return api.sequencer.write((store, entries) => {
        for (const { op_id, txn_id, actor, clock, created_at, operation } of asked.ops)
          entries.set(op_id, { op_id, txn_id, actor, clock, created_at, operation } as JournaledOperation)
        const madeAtHere = (sent: SealedOperation) =>
          madeAt(sent, { ...arrival, not_before: store.receivedAt(sent.base.seq) })
        return handle(store, asked, { ...tools, madeAt: madeAtHere })
      }, asked)
    if (asked.kind === 'hello') return api.sequencer.read((store) => handle(store, asked, tools))
    return pullWhenThereIs(
      { ...asked, limit: Math.min(asked.limit, PAGE_MAX) },
      waitOf(request),
      request,
      hints,
    )
  }

  /** Answers at once if there is something, otherwise as soon as there is, or when the time is over. */
  async function pullWhenThereIs(
    asked: PullRequest,
    wait_s: number,
    request: WireRequest,
    news: Hints,
  ): Promise<Answer> {
    const until = performance.now() + wait_s * 1_000
    for (;;) {
      const since = news.version
      const result = await pull(asked)
      const left = until - performance.now()
      if (result.kind !== 'page' || result.commits.length > 0 || left <= 0) return result
      if (!(await news.wait(since, asked.cursor.seq, left, request))) return result
    }
  }

  /** Stations that are up to date all ask the same: one look at the database answers them all. */
  let shared = new Map<string, Promise<Answer>>()
  hints.onNews(() => (shared = new Map()))
  function pull(asked: PullRequest): Promise<Answer> {
    const look = () => api.sequencer.read((store) => handle(store, asked, tools))
    if (asked.locator !== undefined) return look()
    const name = `${JSON.stringify(asked.cursor)} ${asked.limit}`
    const known = shared.get(name)
    if (known) return known
    const looking = look()
    const mine = shared
    mine.set(name, looking)
    const forget = () => void mine.delete(name)
    looking.then(() => setTimeout(forget, 200).unref(), forget)
    return looking
  }

  async function seal(result: Answer, request: WireRequest, station_id: string): Promise<WireAnswer> {
    const makers = new Set<string>()
    if (result.kind === 'page')
      for (const { rows } of result.commits)
        for (const { created_by_user_id: id } of rows) if (id !== null) makers.add(id)
    const head: HeadquartersHead = {
      headquarters_id: api.headquarters_id,
      version,
      wall_ms: now(),
      head_seq: await hints.headSeq(),
      people: await peopleOf(api.db, makers),
    }
    const short = result.kind === 'page' && wantsShort(request)
    return sealEnvelope(head, short ? shortened(result, station_id) : result, encodingFor(request))
  }

  return {
    answer(request) {
      if (!request.target.startsWith(PREFIX)) return undefined
      const name = request.target.slice(PREFIX.length).split(/[/?]/, 1)[0]!
      if (!['hello', 'push', 'pull', 'enroll', 'blobs'].includes(name)) return undefined
      return answer(request, name).catch((error: unknown) => {
        const refusal = databaseRefusal(error)
        if (refusal === undefined) onDefect(error, request)
        return wireRefused('busy', refusal?.message ?? 'Headquarters failed; its log says more', 10)
      })
    },
    end: hints.end,
  }
}

const badMessage = (cause: string) => wireRefused('bad_message', `The message is not understood: ${cause}`)

/** What is named in `Prefer: short-pages, wait=25` */
const preferred = (request: WireRequest) => (request.header('prefer') ?? '').split(/[,;\s]+/)

const wantsShort = (request: WireRequest) => preferred(request).includes(SHORT)

function waitOf(request: WireRequest): number {
  const said = preferred(request).find((word) => /^wait=\d{1,4}$/.test(word))
  return Math.min(Number(said?.slice('wait='.length) ?? 0), WAIT_MAX_S)
}

const refusals = {
  code_unknown: 'This code is not known here: look at it again, or ask for another one',
  code_spent: 'This code was used already: ask for another one',
  code_expired: 'This code is too old: ask for another one',
  revoked: 'This station was revoked at headquarters',
} as const

async function answerEnrolment(api: Api, request: WireRequest): Promise<WireAnswer> {
  const sent = parseBody(request.header('content-type'), request.body)
  const asked = enrollRequest.safeParse(isRefusal(sent) ? undefined : sent)
  if (!asked.success) return badMessage(isRefusal(sent) ? sent.message : asked.error.issues[0]!.message)
  const result = await enroll(api, asked.data)
  return typeof result === 'string' ? wireRefused(result, refusals[result]) : ok(JSON.stringify(result))
}
