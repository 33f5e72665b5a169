import type { Cause, Notice } from '../../model/reason.ts'
import { isDamage } from '../store/database.ts'
import type { WireRefusal } from '../../model/sync/envelope.ts'

/** What keeps a station and headquarters apart. Nothing of it is an error of anybody's work: everything goes on and is tried again. */
export type Trouble =
  /** No way there: no network, no such name, nobody listens. */
  | { readonly kind: 'unreachable'; readonly code: string }
  /** The line went dead. */
  | { readonly kind: 'silent' }
  /** The answer was not whole. */
  | { readonly kind: 'cut_off' }
  /** A page instead of an answer: the network wants somebody to sign in. */
  | { readonly kind: 'captive_portal'; readonly status: number }
  /** A proxy or load balancer answered for headquarters. */
  | { readonly kind: 'gateway'; readonly status: number }
  | { readonly kind: 'proxy_login' }
  /** Somebody answers there who is not headquarters. */
  | { readonly kind: 'foreign'; readonly status: number }
  /** The address begins with `http://` and should begin with `https://`, or the other way round. */
  | { readonly kind: 'scheme'; readonly speaks: 'http' | 'https' }
  /** `names`: those that a certificate for another name is for. */
  | {
      readonly kind: 'certificate'
      readonly code: string
      readonly why: 'untrusted' | 'ended' | 'not_begun' | 'another_name' | 'no_handshake'
      readonly names?: string
    }
  | { readonly kind: 'not_understood' }
  | { readonly kind: 'upgrade_required'; readonly protocol: number }
  /** This station is enrolled, and cannot say so: `headquarters.json` is lost or damaged, as after its database was brought to another PC. */
  | { readonly kind: 'no_credential'; readonly file: string; readonly found: 'missing' | 'unreadable' }
  /** Headquarters itself will not have it. */
  | { readonly kind: 'refused'; readonly why: WireRefusal['lotkeeper']; readonly message: string }
  /** The disk of this PC did not take what came. */
  | { readonly kind: 'disk'; readonly code: string }
  /** A fault of this program, which its log tells more about. */
  | { readonly kind: 'defect'; readonly message: string }
  /** This station took its own question back. */
  | { readonly kind: 'taken_back' }

/** Is it of this PC, whatever headquarters answers? */
export const isInside = (trouble: Trouble | null) => trouble?.kind === 'disk' || trouble?.kind === 'defect'

/** One word for programs. */
export function causeOf(trouble: Trouble): Exclude<Cause, Notice> {
  switch (trouble.kind) {
    case 'refused':
      // A blob that is not there yet is no word about the line.
      return trouble.why === 'no_blob' ? 'defect' : trouble.why
    case 'taken_back':
      return 'silent'
    case 'no_credential':
      return 'unauthorized'
    default:
      return trouble.kind
  }
}

/** What a system or program calls it, for who mends it; null where the cause says all. */
export function technicalOf(trouble: Trouble): string | null {
  switch (trouble.kind) {
    case 'unreachable':
    case 'disk':
      return trouble.code
    case 'certificate':
      return trouble.names === undefined ? trouble.code : `${trouble.code} (${trouble.names})`
    case 'scheme':
      return `${trouble.speaks}://`
    case 'no_credential':
      return trouble.file
    case 'captive_portal':
    case 'gateway':
    case 'foreign':
      return `HTTP ${trouble.status}`
    case 'upgrade_required':
      return `sync/v${trouble.protocol}`
    case 'defect':
      return firstLine(trouble.message)
    case 'silent':
    case 'cut_off':
    case 'proxy_login':
    case 'not_understood':
    case 'refused':
    case 'taken_back':
      return null
  }
}

/** For the log, which hides whatever is called a code, and is where the stack of a fault is read. */
export const told = (trouble: Trouble) => ({
  cause: causeOf(trouble),
  technical: trouble.kind === 'defect' ? trouble.message : technicalOf(trouble),
})

const firstLine = (text: string) => text.split('\n', 1)[0]!

/** One line for a person. */
export function troubleWords(trouble: Trouble, url: string): string {
  switch (trouble.kind) {
    case 'unreachable':
      return `Headquarters (${url}) cannot be reached: ${unreachableWords(trouble.code)}`
    case 'silent':
      return `Headquarters (${url}) does not answer: the connection went silent`
    case 'cut_off':
      return 'An answer of headquarters arrived cut off or changed: something on the way interferes'
    case 'captive_portal':
      return 'A web page came instead of headquarters: this network wants somebody to sign in first'
    case 'gateway':
      return `A proxy in front of headquarters answers with ${trouble.status}: headquarters behind it is not there`
    case 'proxy_login':
      return 'A proxy on the way wants a name and password'
    case 'foreign':
      return `Whoever answers at ${url} is not headquarters (status ${trouble.status})`
    case 'scheme':
      return trouble.speaks === 'https'
        ? `Headquarters (${url}) speaks HTTPS: let its address begin with https://`
        : `Whoever answers at ${url} speaks plain HTTP: let the address begin with http://, or give headquarters its certificate`
    case 'certificate':
      return certificateWords(trouble, url)
    case 'not_understood':
      return 'Headquarters says something that this version does not understand: update Lotkeeper'
    case 'upgrade_required':
      return `Headquarters speaks version ${trouble.protocol} of the protocol: the two need the same Lotkeeper`
    case 'no_credential':
      return `What this station was given at its enrolment is ${trouble.found} (${trouble.file}): enrol it with a new code, which headquarters makes with lotkeeper stations renew`
    case 'refused':
      return `Headquarters refuses: ${trouble.message}`
    case 'disk':
      return isDamage(trouble)
        ? `The database of this station is damaged (${trouble.code}): lotkeeper doctor says where, lotkeeper restore brings a backup back`
        : `This PC's disk does not take what headquarters sends (${trouble.code}): see that it has room and is sound`
    case 'defect':
      return `Lotkeeper has a fault and tries again (${firstLine(trouble.message)})`
    case 'taken_back':
      return ''
  }
}

function unreachableWords(code: string): string {
  switch (code) {
    case 'ECONNREFUSED':
      return `no program listens there (${code}). Start headquarters, or correct its address`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `its name is not known here (${code}). Correct the address, or see this PC's network and name service`
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `no network leads there (${code}). See this PC's network, or correct the address`
    default:
      return code
  }
}

function certificateWords(
  { why, code, names = 'none' }: Extract<Trouble, { kind: 'certificate' }>,
  url: string,
): string {
  switch (why) {
    case 'untrusted':
      return `The certificate of ${url} is not trusted here (${code}). Put the authority that signed it into this PC's system store, then start the station anew`
    case 'ended':
      return `The certificate of ${url} has ended by this PC's clock (${code}): see whether the clock is right; if it is, headquarters needs a new certificate`
    case 'not_begun':
      return `The certificate of ${url} is not valid yet by this PC's clock (${code}): see whether the clock is right`
    case 'another_name':
      return `The certificate of ${url} is for other names (${names}): let the address bear one of them, or give headquarters a certificate for this one`
    case 'no_handshake':
      return `No encrypted connection to ${url} comes about (${code}): see the certificate and the key of headquarters, and what stands between`
  }
}
