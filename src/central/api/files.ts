import { download } from '../../http/download.ts'
import { closed } from '../../http/links.ts'
import type { Target } from '../../http/target.ts'
import { refused, type WireAnswer, type WireRequest } from '../../http/wire.ts'
import { refuse } from '../../model/error.ts'
import { type LinkTo, nameOfAttachment } from '../store/attachments.ts'
import { readFile } from '../store/files.ts'
import type { Api } from './route.ts'

/** Links for the client that asks, to the attachments whose bytes have come. */
export const linksFor =
  ({ links }: Api, { origin }: WireRequest): LinkTo =>
  (id) =>
    links.to('download', id, origin)

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
