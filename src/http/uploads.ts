import type { App } from './app.ts'
import type { WireAnswer, WireRequest } from './wire.ts'

/** A request whose body is taken as it comes, by nobody held whole. */
export interface UploadRequest extends Omit<WireRequest, 'body'> {
  /** Throws if the client goes away, or falls silent, before the end of its body. */
  readonly pieces: AsyncIterable<Uint8Array>
}

/** Answers requests with bodies too large to hold; undefined for every other, which goes to the app with its body collected. */
export type Uploads = (request: UploadRequest) => Promise<WireAnswer> | undefined

/** Both as one app, for what carries requests with their bodies whole. */
export function withUploads(app: App, uploads: Uploads): App {
  return (request, vouched) =>
    uploads({ ...request, pieces: onePiece(request.body) }) ?? app(request, vouched)
}

async function* onePiece(body: Uint8Array): AsyncGenerator<Uint8Array> {
  if (body.length > 0) yield await Promise.resolve(body)
}
