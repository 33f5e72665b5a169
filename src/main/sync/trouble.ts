import type { Cause, Notice } from '../../model/reason.ts'
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
  /** `clock`: the certificate is good at another time than this PC's. */
  | { readonly kind: 'certificate'; readonly code: string; readonly clock: boolean }
  | { readonly kind: 'not_understood' }
  | { readonly kind: 'upgrade_required'; readonly protocol: number }
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
    default:
      return trouble.kind
  }
}

/** What a system or program calls it, for who mends it; null where the cause says all. */
export function technicalOf(trouble: Trouble): string | null {
  switch (trouble.kind) {
    case 'unreachable':
    case 'certificate':
    case 'disk':
      return trouble.code
    case 'captive_portal':
    case 'gateway':
    case 'foreign':
      return `HTTP ${trouble.status}`
    case 'upgrade_required':
      return `sync/v${trouble.protocol}`
    case 'defect':
      return trouble.message
    case 'silent':
    case 'cut_off':
    case 'proxy_login':
    case 'not_understood':
    case 'refused':
    case 'taken_back':
      return null
  }
}

/** For the log, which hides whatever is called a code. */
export const told = (trouble: Trouble) => ({ cause: causeOf(trouble), technical: technicalOf(trouble) })

/** One line for a person. */
export function troubleWords(trouble: Trouble, url: string): string {
  switch (trouble.kind) {
    case 'unreachable':
      return `Headquarters (${url}) cannot be reached: ${trouble.code}`
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
    case 'certificate':
      return trouble.clock
        ? `The certificate of ${url} is not valid at the time of this PC's clock: see whether the clock is right`
        : `The certificate of ${url} is not trusted here (${trouble.code})`
    case 'not_understood':
      return 'Headquarters says something that this version does not understand: update Lotkeeper'
    case 'upgrade_required':
      return `Headquarters speaks version ${trouble.protocol} of the protocol: the two need the same Lotkeeper`
    case 'refused':
      return `Headquarters refuses: ${trouble.message}`
    case 'disk':
      return `This PC's disk does not take what headquarters sends (${trouble.code})`
    case 'defect':
      return `Lotkeeper has a fault and tries again (${trouble.message})`
    case 'taken_back':
      return ''
  }
}
