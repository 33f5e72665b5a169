import type { Refusal } from '../model/error.ts'
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

/** Says no once the client has said everything: many listen only then. */
export async function afterAll({ pieces }: UploadRequest, no: Refusal): Promise<Refusal> {
  const rest = pieces[Symbol.asyncIterator]()
  for (let step = await rest.next(); step.done !== true;) step = await rest.next()
  return no
}

/** A name for what somebody says it is, without its parameters; null for what is none. */
export function mediaType(header: string | undefined): string | null {
  const type = (header ?? '').split(';', 1)[0]!.trim().toLowerCase()
  return /^[\w.+-]{1,100}\/[\w.+-]{1,100}$/.test(type) ? type : null
}
