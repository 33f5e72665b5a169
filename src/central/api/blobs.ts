import { parseBody } from '../../http/body.ts'
import { parseQuery, splitTarget } from '../../http/target.ts'
import { ok, type WireAnswer, type WireRequest } from '../../http/wire.ts'
import { isRefusal } from '../../model/error.ts'
import {
  type BlobsAnswer,
  blobsQuestion,
  BYTES_TYPE,
  PAYLOAD_MAX,
  PIECE_MAX,
  pieceQuery,
  readQuery,
} from '../../model/sync/blobs.ts'
import { type Held, heldOf, readPiece, takePiece } from '../store/files.ts'
import { hasPayload, takePayload } from '../store/payloads.ts'
import { wireRefused } from './envelope.ts'
import type { Api } from './route.ts'

const NO_ARRAYS = new Set<string>()

/**
 * The stations' side of the bytes of attachments and of what runs measured: what is here, a piece to be taken, a piece to be given.
 * @param path segments after `blobs`
 * @returns undefined for a path that is none of these
 */
export async function answerBlobs(
  api: Api,
  request: WireRequest,
  path: readonly string[],
): Promise<WireAnswer | undefined> {
  const [sha256, verb, ...rest] = path
  if (sha256 === undefined) return whatIsHere(api, request)
  if (!/^[0-9a-f]{64}$/.test(sha256) || rest.length > 0) return undefined
  const query = parseQuery(splitTarget(request.target).query, NO_ARRAYS)
  if (verb === undefined) return take(api, request, sha256, query)
  return verb === 'read' ? give(api, sha256, query) : undefined
}

async function whatIsHere({ db }: Api, request: WireRequest): Promise<WireAnswer> {
  const sent = parseBody(request.header('content-type'), request.body)
  const asked = blobsQuestion.safeParse(isRefusal(sent) ? undefined : sent)
  if (!asked.success) return wireRefused('bad_message', 'The question is not understood')
  const blobs = []
  for (const { sha256, size } of asked.data.blobs) {
    const held = (await hasPayload(db, sha256)) ? { received: size, whole: true } : await heldOf(db, sha256)
    blobs.push({ sha256, ...held })
  }
  return said(blobs)
}

async function take(
  { db, outside }: Api,
  { body }: WireRequest,
  sha256: string,
  query: unknown,
): Promise<WireAnswer> {
  const asked = pieceQuery.safeParse(query)
  if (!asked.success) return wireRefused('bad_message', 'Where this piece belongs is not understood')
  const { as, from, size } = asked.data
  const max = as === 'file' ? PIECE_MAX : PAYLOAD_MAX
  if (body.length > max) return wireRefused('too_large', `A piece has at most ${max} bytes`)
  const held =
    as === 'payload'
      ? await takePayload(db, sha256, body)
      : await takePiece(db, { sha256, size }, from, body, outside.readClock().wall_ms)
  return said([{ sha256, ...held }])
}

async function give({ db }: Api, sha256: string, query: unknown): Promise<WireAnswer> {
  const asked = readQuery.safeParse(query)
  if (!asked.success) return wireRefused('bad_message', 'Which bytes are wanted is not understood')
  const bytes = await readPiece(db, sha256, asked.data.from, asked.data.size)
  if (bytes === undefined) return wireRefused('no_blob', 'These bytes have not come to headquarters')
  return { status: 200, type: BYTES_TYPE, body: bytes }
}

const said = (blobs: readonly ({ readonly sha256: string } & Held)[]) =>
  ok(JSON.stringify({ lotkeeper: 'blobs', blobs: [...blobs] } satisfies BlobsAnswer))
