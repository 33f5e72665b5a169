import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'

import type { Log } from '../host/log.ts'
import { isProblem, type Problem, problem, wordsOf } from '../host/problem.ts'
import { formatTime } from '../model/time.ts'
import type { Settings } from './settings.ts'

/** What stations see of headquarters before anything else. */
export interface Certificate {
  /** PEM, with what lies between it and its authority. */
  readonly cert: Buffer
  readonly key: Buffer
  readonly begins_at: number
  readonly ends_at: number
}

type Files = Pick<Settings, 'tls_cert' | 'tls_key'>

/** @returns undefined where none is to be served */
export function readCertificate({ tls_cert, tls_key }: Files): Certificate | undefined | Problem {
  if (tls_cert === null || tls_key === null) return undefined
  let cert: Buffer
  let key: Buffer
  try {
    cert = readFileSync(tls_cert)
    key = readFileSync(tls_key)
  } catch (error) {
    return problem(
      `the certificate or its key cannot be read (${wordsOf(error)})`,
      'Correct --tls-cert and --tls-key',
    )
  }
  if (key.includes('ENCRYPTED'))
    return problem(
      `the key ${tls_key} is encrypted`,
      'Give one without a passphrase, which only the user of headquarters may read',
    )
  try {
    const x509 = new X509Certificate(cert)
    // What is served must be PEM; what is looked at need not.
    createSecureContext({ cert })
    if (!x509.checkPrivateKey(createPrivateKey(key)))
      return problem(
        `the key ${tls_key} is not that of the certificate ${tls_cert}`,
        'Give the two that belong together',
      )
    createSecureContext({ cert, key })
    return { cert, key, begins_at: x509.validFromDate.getTime(), ends_at: x509.validToDate.getTime() }
  } catch (error) {
    return problem(
      `the certificate ${tls_cert} and the key ${tls_key} do not serve (${wordsOf(error)})`,
      'Give PEM files that belong together',
    )
  }
}

const DAY_MS = 86_400_000
/** Who renews by hand wants to know in time. */
const SOON_MS = 21 * DAY_MS
/** How often the files are looked at. */
const LOOK_MS = 2_000

/**
 * Looks whether the files hold another certificate now, serves that, and says in time when one ends. What does not serve is said, and the
 * old one stays: files are not renewed in one step.
 * @param serve takes another certificate for connections from now on
 */
export function keepCertificate(
  files: Files,
  first: Certificate,
  serve: (certificate: Certificate) => void,
  log: Log,
  now: () => number,
): { look(): void } {
  let served = first
  let next_look = performance.now() + LOOK_MS
  let next_warning = 0
  let said = ''
  const warnInTime = () => {
    if (performance.now() < next_warning) return
    next_warning = performance.now() + DAY_MS
    const words = endingWords(served, now())
    if (words !== undefined) log.warn({ file: files.tls_cert }, words)
  }
  warnInTime()
  return {
    look() {
      if (performance.now() < next_look) return
      next_look = performance.now() + LOOK_MS
      const found = readCertificate(files)
      if (isProblem(found)) {
        if (found.cause !== said)
          log.warn({}, `${found.cause}. ${found.remedy}: the one from before is served on`)
        said = found.cause
      } else if (found !== undefined && !(found.cert.equals(served.cert) && found.key.equals(served.key))) {
        serve(found)
        served = found
        said = ''
        next_warning = 0
        log.info(
          { file: files.tls_cert },
          `the certificate was renewed: it is valid until ${formatTime(found.ends_at)}`,
        )
      }
      warnInTime()
    },
  }
}

function endingWords({ begins_at, ends_at }: Certificate, now: number): string | undefined {
  if (now < begins_at)
    return `the certificate is valid from ${formatTime(begins_at)} on, and it is ${formatTime(now)} here: stations refuse it. See whether the clock is right`
  if (now >= ends_at)
    return `the certificate has ended at ${formatTime(ends_at)}: stations refuse it. Put a new one into the same files`
  if (now >= ends_at - SOON_MS)
    return `the certificate ends at ${formatTime(ends_at)}: from then on stations refuse it. Put a new one into the same files`
  return undefined
}
