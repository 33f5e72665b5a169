import { z } from 'zod'

/**
 * How bytes travel: beside the messages, named by their content, in pieces. A station asks what headquarters has, sends what
 * is missing from there on, and fetches what it does not have itself. docs/sync-wire.md describes it for people.
 */

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/** Largest piece, bytes. */
export const PIECE_MAX = 1024 * 1024
/** Blobs asked about at once. */
export const ASK_MAX = 200

/** Body of `POST /sync/v1/blobs`. */
export const blobsQuestion = z.object({
  blobs: z.array(z.object({ sha256, size: z.int().min(0) })).max(ASK_MAX),
})

/** What headquarters has of each blob that was asked about or sent: `whole` once all of it is there and is what its name says. */
export const blobsAnswer = z.object({
  lotkeeper: z.literal('blobs'),
  blobs: z.array(z.object({ sha256, received: z.int().min(0), whole: z.boolean() })),
})
export type BlobsAnswer = z.infer<typeof blobsAnswer>

/** What a run measured goes in one piece, larger than others if need be. */
export const PAYLOAD_MAX = 8 * 1024 * 1024

/**
 * Query of `POST /sync/v1/blobs/{sha256}`: where the piece in the body begins, how large all of it is, and what it is for: the file of an
 * attachment, or what a run measured.
 */
export const pieceQuery = z.object({
  as: z.enum(['file', 'payload']).default('file'),
  from: z.coerce.number().int().min(0),
  size: z.coerce.number().int().min(0),
})

/** Media type of bytes on their way to a station: tells them from whatever a proxy or a portal answers. */
export const BYTES_TYPE = 'application/vnd.lotkeeper.bytes'

/** Query of `POST /sync/v1/blobs/{sha256}/read`: which bytes are wanted. */
export const readQuery = z.object({
  from: z.coerce.number().int().min(0),
  size: z.coerce.number().int().min(1).max(PIECE_MAX),
})
