import { type Refusal, isRefusal, refuse } from '../model/error.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Reads a JSON or form body (contract v2 §1.4): the media type is looked at first, then the text.
 * An empty body is an empty object: the schema says what is missing.
 * @returns what was sent, or a `Refusal`
 */
export function parseBody(type: string | undefined, body: Uint8Array): unknown {
  const media = (type ?? '').split(';', 1)[0]!.trim().toLowerCase()
  if (media === 'application/json' || (media.startsWith('application/') && media.endsWith('+json')))
    return parseJson(body)
  if (media === 'application/x-www-form-urlencoded') return parseForm(body)
  return refuse('UNSUPPORTED_MEDIA_TYPE', 'Send the body as application/json (header Content-Type)')
}

function parseJson(body: Uint8Array): unknown {
  if (body.length === 0) return {}
  try {
    return JSON.parse(utf8.decode(body)) as unknown
  } catch (error) {
    return refuse('PARSE_ERROR', `The body is not JSON: ${(error as Error).message}`)
  }
}

function parseForm(body: Uint8Array): unknown {
  const text = decode(body)
  return isRefusal(text) ? text : Object.fromEntries(new URLSearchParams(text))
}

function decode(body: Uint8Array): Refusal | string {
  try {
    return utf8.decode(body)
  } catch {
    return refuse('PARSE_ERROR', 'The body is not UTF-8')
  }
}
