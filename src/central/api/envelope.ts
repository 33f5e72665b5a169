import { promisify } from 'node:util'
import { gunzip, gzip, zstdCompress, zstdDecompress } from 'node:zlib'

import { messageHash } from '../../host/hash.ts'
import { errorStatus } from '../../model/error.ts'
import type { WireAnswer, WireRequest } from '../../http/wire.ts'
import { isStorable } from '../../model/text.ts'
import { unwrapped, type WireRefusal, wrapped } from '../../model/sync/envelope.ts'

/** Largest message, before compression. */
const MESSAGE_MAX = 8 * 1024 * 1024
/** Smaller answers are sent as they are. */
const COMPRESS_MIN = 1_000

const unpack = { zstd: promisify(zstdDecompress), gzip: promisify(gunzip) }
const pack = { zstd: promisify(zstdCompress), gzip: promisify(gzip) }
type Encoding = keyof typeof pack

type Word = WireRefusal['lotkeeper']

const statuses: Readonly<Record<Word, number>> = {
  unauthorized: errorStatus.UNAUTHORIZED,
  revoked: errorStatus.FORBIDDEN,
  bad_message: errorStatus.BAD_REQUEST,
  too_large: errorStatus.PAYLOAD_TOO_LARGE,
  busy: errorStatus.SERVICE_UNAVAILABLE,
  no_blob: errorStatus.NOT_FOUND,
  code_unknown: errorStatus.NOT_FOUND,
  code_spent: errorStatus.CONFLICT,
  code_expired: 410,
}

/** Headquarters' own no: the word tells it from that of a proxy in between. */
export const wireRefused = (lotkeeper: Word, message: string, retry_after_s?: number): WireAnswer => ({
  status: statuses[lotkeeper],
  type: 'application/json',
  body: JSON.stringify({ lotkeeper, message } satisfies WireRefusal),
  ...(retry_after_s === undefined ? {} : { headers: { 'retry-after': String(retry_after_s) } }),
})

/** The three lines of a request as JSON values. */
export async function openEnvelope(
  request: WireRequest,
): Promise<{ readonly head: unknown; readonly message: unknown } | WireAnswer> {
  const text = await textOf(request)
  if (typeof text !== 'string') return text
  const lines = unwrapped(text, messageHash)
  if (typeof lines === 'string')
    return wireRefused('bad_message', `The message is not whole (${lines}): something on the way changes it`)
  // Ids that no database takes: no station gives such, so this message was not made by one. What people wrote is judged for itself.
  if (/\\u0000|\\ud[89a-f]/i.test(text) && !isStorable(withoutWords(lines.message)))
    return wireRefused('bad_message', 'The message has characters that cannot be stored')
  return lines
}

async function textOf(request: WireRequest): Promise<string | WireAnswer> {
  const encoding = request.header('content-encoding')?.trim().toLowerCase() ?? 'identity'
  const tooLarge = wireRefused('too_large', `A message has at most ${MESSAGE_MAX} bytes`)
  try {
    if (encoding === 'identity')
      return request.body.length > MESSAGE_MAX ? tooLarge : Buffer.from(request.body).toString()
    if (encoding !== 'zstd' && encoding !== 'gzip')
      return wireRefused('bad_message', `The encoding ${encoding} is not known here`)
    return (await unpack[encoding](request.body, { maxOutputLength: MESSAGE_MAX })).toString()
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE') return tooLarge
    return wireRefused('bad_message', `The body is not ${encoding}: something on the way changes it`)
  }
}

/** A push without what its operations say: one of them must not hold up the others. */
function withoutWords(message: unknown): unknown {
  const { ops, ...rest } = message as { ops?: unknown }
  if (!Array.isArray(ops)) return message
  const places = ops.map(({ operation: _words, actor: _author, ...place }: Record<string, unknown>) => place)
  return { ...rest, ops: places }
}

/** The best encoding that the asker reads and we write. */
export function encodingFor(request: WireRequest): Encoding | undefined {
  const accepted = request.header('accept-encoding')?.toLowerCase() ?? ''
  return (['zstd', 'gzip'] as const).find((encoding) => accepted.includes(encoding))
}

export async function sealEnvelope(
  head: object,
  message: object,
  encoding: Encoding | undefined,
): Promise<WireAnswer> {
  const text = wrapped(head, message, messageHash)
  const headers = { 'accept-encoding': 'zstd, gzip' }
  const type = 'application/x-ndjson'
  if (encoding === undefined || text.length < COMPRESS_MIN) return { status: 200, type, body: text, headers }
  const body = await pack[encoding](text)
  return { status: 200, type, body, headers: { ...headers, 'content-encoding': encoding } }
}
