import { z } from 'zod'

import { endpoint } from './endpoint.ts'
import { title } from './text.ts'
import { none, rowId } from './wire.ts'

/** A file of a unit or a run. */
export const attachment = z.object({
  id: z.string(),
  name: z.string(),
  /** Bytes. */
  size: z.number().nullable(),
  /** As the uploader called it: nobody has looked whether it is that. */
  content_type: z.string().nullable(),
  /** Absolute, good for a day, and needs no key. Null while the bytes can be had from nowhere. */
  download_url: z.string().nullable(),
})
export type Attachment = z.infer<typeof attachment>

/** What a new attachment is called, and where its bytes are to be sent. */
export const newAttachment = z.object({ name: title('Attachment name', 1_000) })
export const uploadLink = z.object({
  id: z.string(),
  /** Absolute: `PUT` the bytes there, without a key. */
  upload_url: z.string(),
})

export const attachmentEndpoints = {
  initialize: endpoint({
    method: 'POST',
    path: '/attachments',
    summary: 'Begin an upload: the answer says where the bytes go',
    access: 'any',
    params: none,
    query: none,
    body: newAttachment,
    answer: uploadLink,
  }),
  finalize: endpoint({
    method: 'POST',
    path: '/attachments/{id}/finalize',
    summary: 'Ask for the address of an uploaded attachment',
    access: 'any',
    refusals: [404],
    params: rowId,
    query: none,
    body: none,
    answer: z.object({ url: z.string() }),
  }),
}
