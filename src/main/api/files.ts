import { download } from '../../http/download.ts'
import { closed, type Links } from '../../http/links.ts'
import { splitTarget, type Target } from '../../http/target.ts'
import { afterAll, mediaType, type UploadRequest, type Uploads } from '../../http/uploads.ts'
import { ok, refused, type WireAnswer, type WireRequest } from '../../http/wire.ts'
import { isRefusal, type Refusal, refuse } from '../../model/error.ts'
import { findAttachment, finishUpload, unknownAttachment } from '../store/attachments.ts'
import type { BlobFiles, BlobSource } from '../store/blob-files.ts'
import type { BlobParts } from '../store/blob-parts.ts'
import type { Store } from '../store/store.ts'
import { findUpload } from '../store/uploads.ts'
import { storageRefusal } from './route.ts'

/** Where attachments' bytes come in and go out: `/files/…`, behind links that need no key. */
export interface Files {
  readonly blobs: BlobFiles
  readonly parts: BlobParts
  readonly links: Links
  /** Why an attachment may not have `size` bytes, when `here` of them are on the disk already. */
  readonly noRoom: (size: number, here: number) => Refusal | undefined
  readonly source: BlobSource
}

/** `GET` of a download link. */
export function createDownloads(store: Store, files: Files) {
  return ({ method }: WireRequest, { segments }: Target): Promise<WireAnswer> | WireAnswer | undefined => {
    const link = method === 'GET' ? files.links.read(segments, 'download') : undefined
    if (link === undefined) return undefined
    const no = closed(link)
    if (no !== undefined) return refused(link.state === 'expired' ? { ...no, reason: 'link_expired' } : no)
    const found = findAttachment(store.db, link.id)
    if (found === undefined) return refused(refuse('NOT_FOUND', 'This attachment was deleted'))
    const give = () => download(found.name, found.size, files.blobs.read(found.sha256))
    if (files.blobs.has(found)) return give()
    return files.source.fetch(found).then((refusal) => (refusal === undefined ? give() : refused(refusal)))
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
    const no = closed(link)
    const answered = no === undefined ? answer(request, link.id) : afterAll(request, no)
    return answered
      .then((said) => (isRefusal(said) ? refused(said) : said))
      .catch(async (error: unknown) => {
        if (request.gone()) return refused(refuse('REQUEST_TIMEOUT', 'The upload broke off'))
        const refusal = storageRefusal(error)
        if (refusal === undefined) onDefect(error, request)
        // What the disk did not take whole only fills it.
        await files.parts.drop(link.id)
        return refused(refusal ?? refuse('INTERNAL_SERVER_ERROR', 'Internal server error'))
      })
  }

  async function answer(request: UploadRequest, id: string): Promise<WireAnswer | Refusal> {
    const there = findAttachment(store.db, id)
    if (there === undefined && findUpload(store.db, id) === undefined) return unknownAttachment(id)
    if (request.method === 'HEAD') return howFar(id, there?.size ?? files.parts.offset(id))
    const range = rangeOf(request)
    const no = isRefusal(range) ? range : files.noRoom(range.total ?? 0, range.from)
    return isRefusal(range) || no !== undefined ? afterAll(request, no!) : take(request, id, range)
  }

  async function take(request: UploadRequest, id: string, range: Range): Promise<WireAnswer | Refusal> {
    const { parts } = files
    const check = (size: number) => files.noRoom(size, size)
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
