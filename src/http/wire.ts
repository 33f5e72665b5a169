import { type Refusal, errorStatus } from '../model/error.ts'

/** A request as it came in, whatever carried it: a socket, or the window's own scheme. */
export interface WireRequest {
  readonly method: string
  /** Path and query exactly as sent: nothing decoded, no dot segment resolved. */
  readonly target: string
  /** How the client calls this server, e.g. `http://localhost:4780`: links in answers begin with it. */
  readonly origin: string
  /** Value of a header, by lower-case name. */
  readonly header: (name: string) => string | undefined
  readonly body: Uint8Array
  /** True once it is known that the client went away without taking its answer: it cannot know what became of its request. */
  readonly gone: () => boolean
  /** Calls back once it is known whether the client took its answer. */
  readonly onEnd: (listener: (taken: boolean) => void) => void
}

/** A body too large to hold: exactly `size` bytes, sent piece by piece. If they end early or fail, the client sees it cut off. */
export interface Pieces {
  readonly size: number
  readonly pieces: AsyncIterable<Uint8Array>
}

/** An answer with its complete body, or with the pieces of one. */
export interface WireAnswer {
  readonly status: number
  readonly type: string
  readonly body: string | Uint8Array | Pieces
  readonly headers?: Readonly<Record<string, string>>
}

/** One whose body is held whole. */
export interface HeldAnswer extends WireAnswer {
  readonly body: string | Uint8Array
}

/** The text of an answer's body, whatever form it has. */
export async function textOf({ body }: WireAnswer): Promise<string> {
  if (typeof body === 'string') return body
  if (body instanceof Uint8Array) return Buffer.from(body).toString()
  const pieces: Uint8Array[] = []
  for await (const piece of body.pieces) pieces.push(piece)
  return Buffer.concat(pieces).toString()
}

export const JSON_TYPE = 'application/json'

/** A success: always 200 with JSON, never 201 or 204 (contract v2 §1.3). */
export const ok = (body: string | Uint8Array): HeldAnswer => ({ status: 200, type: JSON_TYPE, body })

/** An error in the one shape (contract v2 §1.4): `issues` only where input failed its schema, `reason` only of our own operations. */
export function refused({ code, message, issues, existing_id, reason, technical }: Refusal): HeldAnswer {
  return {
    status: errorStatus[code],
    type: JSON_TYPE,
    body: JSON.stringify({ message, code, issues, existing_id, reason, technical }),
  }
}
