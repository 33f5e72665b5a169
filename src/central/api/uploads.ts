import { randomUUID } from 'node:crypto'

import { closed } from '../../http/links.ts'
import { splitTarget } from '../../http/target.ts'
import { afterAll, mediaType, type UploadRequest, type Uploads } from '../../http/uploads.ts'
import { ok, refused, type WireAnswer, type WireRequest } from '../../http/wire.ts'
import { isRefusal, type Refusal, refuse } from '../../model/error.ts'
import { nameOfAttachment, unknownAttachment } from '../store/attachments.ts'
import { adoptFile, dropFile, type FileWriter, writeFile } from '../store/files.ts'
import { writeHere } from '../store/own.ts'
import { dropUpload, findUpload, type Upload } from '../store/uploads.ts'
import { type Api, databaseRefusal } from './route.ts'

/** Largest attachment that headquarters takes itself, bytes. */
const SIZE_MAX = 256_000_000

/** `PUT` of an upload link takes the bytes, whole: who may be cut off on a long way sends them to a station. */
export function createUploads(
  api: Api,
  onDefect: (error: unknown, request: Pick<WireRequest, 'method' | 'target'>) => void,
): Uploads {
  return (request) => {
    const link =
      request.method === 'PUT' ? api.links.read(splitTarget(request.target).segments, 'upload') : undefined
    if (link === undefined) return undefined
    const no = closed(link)
    return (no === undefined ? take(api, request, link.id) : afterAll(request, no))
      .then((said) => (isRefusal(said) ? refused(said) : said))
      .catch((error: unknown) => {
        if (request.gone()) return refused(refuse('REQUEST_TIMEOUT', 'The upload broke off'))
        const refusal = databaseRefusal(error)
        if (refusal === undefined) onDefect(error, request)
        return refused(refusal ?? refuse('INTERNAL_SERVER_ERROR', 'Internal server error'))
      })
  }
}

async function take(api: Api, request: UploadRequest, id: string): Promise<WireAnswer | Refusal> {
  const { db, outside } = api
  const upload = await findUpload(db, id)
  const there = await nameOfAttachment(db, id)
  const no =
    upload === undefined && there === undefined
      ? unknownAttachment(id)
      : request.header('content-range') === undefined
        ? undefined
        : refuse('BAD_REQUEST', 'Headquarters takes a file whole: send it without Content-Range')
  if (no !== undefined) return afterAll(request, no)
  // A name of its own: the same upload may come twice at once.
  const writer = await writeFile(db, `upload-${randomUUID()}`, outside.readClock().wall_ms)
  const blob = await written(writer, request)
  if (isRefusal(blob) || there !== undefined) {
    await dropFile(db, writer.name)
    if (isRefusal(blob)) return blob
    return there?.sha256 === blob.sha256 ? ok(JSON.stringify({ id, ...blob })) : otherBytes(id)
  }
  await adoptFile(db, writer.name, blob)
  const content_type = mediaType(request.header('content-type'))
  return (await attached(api, upload!, { ...blob, content_type })) ?? ok(JSON.stringify({ id, ...blob }))
}

async function written(writer: FileWriter, { pieces }: UploadRequest) {
  let large = false
  for await (const piece of pieces) {
    large ||= writer.size + piece.length > SIZE_MAX
    if (!large) await writer.write(piece)
  }
  return large
    ? refuse('PAYLOAD_TOO_LARGE', `An attachment has at most ${SIZE_MAX} bytes here`)
    : writer.end()
}

async function attached(
  { db, sequencer, outside, headquarters_id }: Api,
  { id, name, unit_id, run_id, actor }: Upload,
  content: { readonly sha256: string; readonly size: number; readonly content_type: string | null },
): Promise<Refusal | undefined> {
  const made = await writeHere(sequencer, outside, headquarters_id, actor, (desk) =>
    // The same upload once more, at the same time: the first one made it.
    desk.rows.get('attachment', id) === undefined
      ? (desk.accept({ type: 'attachment.create', id, name, ...content, unit_id, run_id }) ?? {})
      : {},
  )
  if (isRefusal(made)) return made
  await dropUpload(db, id)
  return undefined
}

const otherBytes = (id: string) =>
  refuse('CONFLICT', `Attachment ${id} has its bytes already, and they are other ones`)
