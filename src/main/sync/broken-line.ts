import { connect } from 'node:tls'

import type { Trouble } from './trouble.ts'

/** No answer of headquarters: what a broken connection means. */

/** Headquarters was asked by http:// and says that it is to be asked by https://. */
export const ELSEWHERE = 'LOTKEEPER_HTTPS'

type CertificateTrouble = Extract<Trouble, { kind: 'certificate' }>['why']

const certificateTroubles: Readonly<Record<string, CertificateTrouble>> = {
  CERT_HAS_EXPIRED: 'ended',
  CERT_NOT_YET_VALID: 'not_begun',
  ERR_TLS_CERT_ALTNAME_INVALID: 'another_name',
  INVALID_CA: 'untrusted',
  INVALID_PURPOSE: 'untrusted',
  PATH_LENGTH_EXCEEDED: 'untrusted',
}

/** What OpenSSL says of an answer that is none of TLS: somebody speaks plain HTTP there. */
const PLAIN = /wrong.version.number|packet.length.too.long|http.request/i

interface SystemError {
  readonly code?: string
  readonly message?: string
  readonly cert?: { readonly subjectaltname?: string }
}

/** @param url where headquarters should be */
export async function troubleOf(error: unknown, url: URL): Promise<Trouble> {
  const { code = '', message = '', cert } = error as SystemError
  if (code === 'ABORT_ERR') return { kind: 'taken_back' }
  if (code === ELSEWHERE) return { kind: 'scheme', speaks: 'https' }
  // Who waits for the beginning of TLS hangs up on HTTP without a word.
  if (code === 'ECONNRESET' && url.protocol === 'http:' && (await speaksTls(url)))
    return { kind: 'scheme', speaks: 'https' }
  if (code === 'CUT_OFF' || code === 'ECONNRESET' || code.startsWith('HPE_')) return { kind: 'cut_off' }
  if (message === 'ETIMEDOUT' || code === 'ETIMEDOUT') return { kind: 'silent' }
  if (PLAIN.test(`${code} ${message}`)) return { kind: 'scheme', speaks: 'http' }
  const why = certificateTroubles[code]
  if (why !== undefined) {
    const names = cert?.subjectaltname
    return { kind: 'certificate', code, why, ...(names === undefined ? {} : { names }) }
  }
  // `EPROTO` and OpenSSL's own codes: the two found no way to speak TLS at all.
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_'))
    return { kind: 'certificate', code: alertOf(message) ?? code, why: 'no_handshake' }
  if (/CERT|TLS|SSL|SIGNATURE|ISSUER/.test(code)) return { kind: 'certificate', code, why: 'untrusted' }
  return { kind: 'unreachable', code: code || message }
}

/** `…:error:0A000410:SSL routines:ssl3_read_bytes:ssl/tls alert handshake failure:…` */
const alertOf = (message: string) => /SSL routines:[^:]*:([^:]+)/.exec(message)?.[1]

const PROBE_MS = 3_000

/** Whether somebody there speaks TLS, whoever it is: nothing is said to it. */
function speaksTls({ hostname, port }: URL): Promise<boolean> {
  return new Promise((resolve) => {
    const host = hostname.replace(/^\[|\]$/g, '')
    const socket = connect({ host, port: Number(port) || 80, rejectUnauthorized: false })
    const end = (speaks: boolean) => {
      socket.destroy()
      resolve(speaks)
    }
    socket.setTimeout(PROBE_MS, () => end(false))
    socket.once('secureConnect', () => end(true))
    socket.once('error', () => end(false))
    socket.once('close', () => end(false))
  })
}
