import { download } from '../../http/download.ts'
import { closed } from '../../http/links.ts'
import type { Input, Route } from '../../http/routes.ts'
import type { Target } from '../../http/target.ts'
import { refused, type WireAnswer, type WireRequest } from '../../http/wire.ts'
import { attachmentEndpoints } from '../../model/attachment.ts'
import { refuse } from '../../model/error.ts'
import { type LinkTo, nameOfAttachment, unknownAttachment } from '../store/attachments.ts'
import { readFile } from '../store/files.ts'
import { beginUpload, findUpload, type Owner } from '../store/uploads.ts'
import { type Api, read } from './route.ts'

/** Links for the client that asks, to the attachments whose bytes have come. */
export const linksFor =
  ({ links }: Api, { origin }: WireRequest): LinkTo =>
  (id) =>
    links.to('download', id, origin)

export const attachmentRoutes = (api: Api): Route[] => [
  read(api, attachmentEndpoints.initialize, (_db, input) => announce(api, input, ofNothing)),
  read(api, attachmentEndpoints.finalize, async (db, { params: { id }, request }) => {
    if ((await nameOfAttachment(db, id)) !== undefined)
      return { url: api.links.to('download', id, request.origin) }
    return (await findUpload(db, id)) === undefined
      ? unknownAttachment(id)
      : refuse('BAD_REQUEST', `Attachment ${id} has no bytes yet: PUT them to its upload_url first`)
  }),
]

export const ofNothing: Owner = { unit_id: null, run_id: null }

/** Begins an upload, and says where its bytes go. */
export async function announce(
  { db, outside, links }: Api,
  { body, caller, request }: Input<typeof attachmentEndpoints.initialize>,
  owner: Owner,
): Promise<{ id: string; upload_url: string }> {
  const id = outside.newId()
  const upload = { id, name: body.name, actor: caller.actor, ...owner }
  await beginUpload(db, upload, outside.readClock().wall_ms)
  return { id, upload_url: links.to('upload', id, request.origin) }
}

/** `GET` of a download link. */
export function createDownloads(api: Api) {
  return ({ method }: WireRequest, { segments }: Target): Promise<WireAnswer> | WireAnswer | undefined => {
    const link = method === 'GET' ? api.links.read(segments, 'download') : undefined
    if (link === undefined) return undefined
    const no = closed(link)
    return no === undefined ? give(api, link.id) : refused(no)
  }
}

async function give({ db }: Api, id: string): Promise<WireAnswer> {
  const found = await nameOfAttachment(db, id)
  if (found === undefined) return refused(refuse('NOT_FOUND', 'This attachment was deleted'))
  const { name, sha256, size, whole } = found
  if (!whole)
    return refused(
      refuse('SERVICE_UNAVAILABLE', 'The bytes of this attachment have not come to headquarters yet'),
    )
  return download(name, size, readFile(db, sha256))
}
