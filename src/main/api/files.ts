import type { Links } from '../../http/links.ts'
import { splitTarget, type Target } from '../../http/target.ts'
import type { UploadRequest, Uploads } from '../../http/uploads.ts'
import { ok, refused, type WireAnswer, type WireRequest } from '../../http/wire.ts'
import { isRefusal, type Refusal, refuse } from '../../model/error.ts'
import { findAttachment, finishUpload, unknownAttachment } from '../store/attachments.ts'
import type { Blob, BlobFiles } from '../store/blob-files.ts'
import type { BlobParts } from '../store/blob-parts.ts'
import type { Store } from '../store/store.ts'
import { findUpload } from '../store/uploads.ts'
import { storageRefusal } from './route.ts'

/** Where attachments' bytes come in and go out: `/files/…`, behind links that need no key. */
export interface Files {
  readonly blobs: BlobFiles
  readonly parts: BlobParts
  readonly links: Links
  /** Largest attachment, bytes. */
  readonly size_max: number
  /** Bytes that stay free on the disk for batches, which are small and must never be refused. */
  readonly reserve: number
  readonly disk_free: () => number
  readonly source: BlobSource
}

/** Where bytes may be had from that are not here: headquarters. */
export interface BlobSource {
  isThere(): boolean
  /** Brings them into `blobs`, or says why not. */
  fetch(blob: Blob): Promise<Refusal | undefined>
}

/** For a station that works alone. */
export const nowhere: BlobSource = {
  isThere: () => false,
  fetch: () =>
    Promise.resolve(refuse('NOT_FOUND', 'The bytes of this attachment are not on this station any more')),
}

/** What a link does not open is 403: nothing tells a stranger whether there is such a file. */
const closed = { forged: 'this link is not valid', expired: 'this link has expired: ask for a new one' }

/** `GET` of a download link. The bytes are whatever somebody uploaded: no browser may run, frame or guess them. */
export function createDownloads(store: Store, files: Files) {
  return ({ method }: WireRequest, { segments }: Target): Promise<WireAnswer> | WireAnswer | undefined => {
    const link = method === 'GET' ? files.links.read(segments, 'download') : undefined
    if (link === undefined) return undefined
    if (link.state !== 'good') return refused(refuse('FORBIDDEN', `Forbidden: ${closed[link.state]}`))
    const found = findAttachment(store.db, link.id)
    if (found === undefined) return refused(refuse('NOT_FOUND', 'This attachment was deleted'))
    if (files.blobs.has(found)) return download(found)
    return files.source
      .fetch(found)
      .then((refusal) => (refusal === undefined ? download(found) : refused(refusal)))
  }

  function download({ name, sha256, size }: Blob & { readonly name: string }): WireAnswer {
    const plain = name.replace(/[^\w .()+-]/g, '_')
    return {
      status: 200,
      type: 'application/octet-stream',
      body: { size, pieces: files.blobs.read(sha256) },
      headers: {
        'content-disposition': `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(name).replaceAll("'", '%27')}`,
        'content-security-policy': "default-src 'none'; sandbox",
      },
    }
  }
}

/**
 * `PUT` of an upload link takes the bytes, `HEAD` says how many of them are here. With `Content-Range: bytes 5-9/10` a PUT brings a
 * piece, which must begin where the last one ended; without, it brings everything, as often as it likes.
 */
export function createUploads(
  store: Store,
  files: Files,
  onDefect: (error: unknown, request: UploadRequest) => void,
): Uploads {
  return (request) => {
    if (request.method !== 'PUT' && request.method !== 'HEAD') return undefined
    const link = files.links.read(splitTarget(request.target).segments, 'upload')
    if (link === undefined) return undefined
    const no = link.state === 'good' ? undefined : refuse('FORBIDDEN', `Forbidden: ${closed[link.state]}`)
    const answered = no !== undefined ? Promise.resolve(no) : answer(request, link.id)
    return answered
      .then((said) => (isRefusal(said) ? refused(said) : said))
      .catch((error: unknown) => {
        if (request.gone()) return refused(refuse('REQUEST_TIMEOUT', 'The upload broke off'))
        const refusal = storageRefusal(error)
        if (refusal === undefined) onDefect(error, request)
        return refused(refusal ?? refuse('INTERNAL_SERVER_ERROR', 'Internal server error'))
      })
  }

  async function answer(request: UploadRequest, id: string): Promise<WireAnswer | Refusal> {
    const there = findAttachment(store.db, id)
    if (there === undefined && findUpload(store.db, id) === undefined) return unknownAttachment(id)
    if (request.method === 'HEAD') return howFar(id, there?.size ?? files.parts.offset(id))
    const range = rangeOf(request)
    const no = isRefusal(range) ? range : noRoom(files, range.total ?? 0, range.from)
    return isRefusal(range) || no !== undefined ? afterAll(request, no!) : take(request, id, range)
  }

  async function take(request: UploadRequest, id: string, range: Range): Promise<WireAnswer | Refusal> {
    const { parts } = files
    const check = (size: number) => noRoom(files, size, size)
    const came = await parts.append(id, range.from, request.pieces, check)
    if (came === 'taken_over') return refuse('CONFLICT', 'The same upload began once more meanwhile')
    if (came === 'gap')
      return afterAll(
        request,
        refuse(
          'CONFLICT',
          `${parts.offset(id)} bytes are here: go on from there, or send all without Content-Range`,
        ),
      )
    if (isRefusal(came) || came !== (range.end ?? came)) {
      await parts.drop(id)
      return isRefusal(came)
        ? came
        : refuse('BAD_REQUEST', 'The body is not as long as its Content-Range says')
    }
    return came < (range.total ?? came) ? howFar(id, came) : finish(request, id)
  }

  async function finish(request: UploadRequest, id: string): Promise<WireAnswer | Refusal> {
    const blob = await files.parts.finish(id)
    const content_type = mediaType(request.header('content-type'))
    const refusal = await store.commits.write((db) =>
      finishUpload(db, (actor) => store.author(actor), id, { ...blob, content_type }),
    )
    return refusal ?? ok(JSON.stringify({ id, ...blob }))
  }
}

/** Says no once the client has said everything: many listen only then. */
async function afterAll({ pieces }: UploadRequest, no: Refusal): Promise<Refusal> {
  const rest = pieces[Symbol.asyncIterator]()
  for (let step = await rest.next(); step.done !== true;) step = await rest.next()
  return no
}

const howFar = (id: string, received: number): WireAnswer => ({
  ...ok(JSON.stringify({ id, received })),
  headers: { 'upload-offset': String(received) },
})

/** Which bytes of how many the body is; `end` and `total` null where nobody has said. */
interface Range {
  readonly from: number
  readonly end: number | null
  readonly total: number | null
}

function rangeOf(request: UploadRequest): Range | Refusal {
  const said = request.header('content-range')
  const length = request.header('content-length')
  if (said === undefined) return { from: 0, end: null, total: length === undefined ? null : Number(length) }
  const [, from, last, total] = (/^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(said) ?? []).map(Number)
  if (from === undefined || last === undefined || total === undefined || from > last || last >= total)
    return refuse('BAD_REQUEST', 'Content-Range must be like bytes 0-99/200')
  return { from, end: last + 1, total }
}

/** May an attachment be so large, when `here` bytes of it are on the disk already? */
function noRoom({ size_max, reserve, disk_free }: Files, size: number, here: number): Refusal | undefined {
  if (size > size_max)
    return refuse('PAYLOAD_TOO_LARGE', `An attachment has at most ${size_max} bytes (setting attachment_max)`)
  if (disk_free() - (size - here) < reserve)
    return refuse(
      'INSUFFICIENT_STORAGE',
      'The disk of this station has no room for attachments: what is left is kept for batches. Free some space and try again',
    )
  return undefined
}

/** A name for what somebody says it is, without its parameters; null for what is none. */
function mediaType(header: string | undefined): string | null {
  const type = (header ?? '').split(';', 1)[0]!.trim().toLowerCase()
  return /^[\w.+-]{1,100}\/[\w.+-]{1,100}$/.test(type) ? type : null
}
