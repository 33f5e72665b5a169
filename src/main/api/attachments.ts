import { type Route, route } from '../../http/routes.ts'
import { ok, refused, type WireRequest } from '../../http/wire.ts'
import { attachmentEndpoints } from '../../model/attachment.ts'
import { isRefusal, type Refusal, refuse } from '../../model/error.ts'
import { findAttachment, type LinkTo, unknownAttachment } from '../store/attachments.ts'
import { beginUpload, findUpload, ofNothing } from '../store/uploads.ts'
import { type Api, write } from './route.ts'

export const attachmentRoutes = (api: Api): Route[] => [
  write(api, attachmentEndpoints.initialize, (db, author, { body, request }) =>
    announced(api, request, beginUpload(db, author, body.name, ofNothing)),
  ),
  // With its bytes an attachment is final: this only tells where they are.
  route(attachmentEndpoints.finalize, ({ params: { id }, request }) => {
    if (findAttachment(api.store.db, id) !== undefined)
      return ok(JSON.stringify({ url: api.files.links.to('download', id, request.origin) }))
    return refused(
      findUpload(api.store.db, id) === undefined
        ? unknownAttachment(id)
        : refuse('BAD_REQUEST', `Attachment ${id} has no bytes yet: PUT them to its upload_url first`),
    )
  }),
]

/** The answer to whoever announced an upload: where its bytes go. */
export const announced = (
  { files }: Api,
  { origin }: WireRequest,
  begun: { readonly id: string } | Refusal,
) => (isRefusal(begun) ? begun : { id: begun.id, upload_url: files.links.to('upload', begun.id, origin) })

/** Links for the client that asks: to bytes that are here, or that headquarters may have. */
export const linksFor =
  ({ files }: Api, { origin }: WireRequest): LinkTo =>
  (attachment) =>
    files.blobs.has(attachment) || files.source.isThere()
      ? files.links.to('download', attachment.id, origin)
      : null
