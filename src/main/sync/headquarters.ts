import type { SyncState } from '../../model/desk.ts'
import type { HeadquartersAddress, NotEnrolled } from '../../model/headquarters.ts'
import { formatTime } from '../../model/time.ts'
import { adopt } from '../store/adopt.ts'
import { type BlobSource, nowhere } from '../store/blob-files.ts'
import { keepCheckpoints } from '../store/checkpoints.ts'
import { openConflicts } from '../store/conflicts.ts'
import { pendingWork } from '../store/desk.ts'
import { readIdentity } from '../store/identity.ts'
import { attemptFor } from '../store/sync-state.ts'
import type { Store } from '../store/store.ts'
import { type BlobLine, type BlobLineParts, createBlobLine } from './blob-line.ts'
import { createClient } from './client.ts'
import { type Credential, readCredential } from './credential.ts'
import { codeDigest, enroll } from './enroll.ts'
import { type FirstQuestion, readFirst } from './first-reading.ts'
import { createLoop, type Loop } from './loop.ts'
import { type Trouble, causeOf, technicalOf, told, troubleWords } from './trouble.ts'
import { watchNetwork } from './watch.ts'

/** The station's line to headquarters, whether there is one yet or not. */
export interface Headquarters {
  state(): SyncState
  address(): HeadquartersAddress
  /** One round now, waited for. */
  round(): Promise<SyncState>
  /** Spends a code. `undefined` when it worked. */
  enroll(url: string, code: string): Promise<NotEnrolled | undefined>
  /** Where bytes may be had from that other stations sent there. */
  readonly source: BlobSource
  stop(): Promise<void>
}

export interface HeadquartersParts {
  readonly store: Store
  /** The bytes of attachments; a command that is done in a moment sends none. */
  readonly files: BlobLineParts['files'] | null
  /** `headquarters.json` */
  readonly file: string
  /** Writes a file for its owner's eyes only. */
  readonly writePrivate: (file: string, content: object) => void
  readonly newId: () => string
  readonly chance: () => number
  readonly disk_free: () => number | null
  readonly interval_ms: number
  /** Where settings say that headquarters is; goes before what the credential says. */
  readonly url: string | null
  /** A code given at the start: tried until headquarters answers. */
  readonly code: string | null
  /** From how many changes on a new station reads them into a file of its own. */
  readonly first_from?: number
  readonly log: {
    info(fields: object, message: string): void
    warn(fields: object, message: string): void
  }
}

const ROUND_MS = 60_000
/** From so many changes on, a station that has none reads them into a file of its own first: below, it is done sooner as always. */
const FIRST_FROM = 20_000
const ENROLL_RETRY_MS = 15_000
/** Its history is another one than before: this station reads it anew, beside what scripts see. */
const RESTORED =
  'Headquarters was restored from a backup: this station reads it anew and sends again what it lost'
/** A clock that is off by more is worth a word. */
const SKEW_MS = 120_000

export async function openHeadquarters(parts: HeadquartersParts): Promise<Headquarters> {
  const { store, log } = parts
  const found = readCredential(parts.file)
  let credential = found === 'unreadable' ? undefined : found
  let loop: Loop | null = null
  let line: BlobLine | null = null
  let checkpoints: { stop(): Promise<void> } | undefined
  let enrolling: Trouble | null = null
  let retry: NodeJS.Timeout | undefined
  /** A person has enrolled the station: the code of the start is no longer needed. */
  let superseded = false
  const url = () => parts.url ?? credential?.url ?? ''

  async function connect(known: Credential): Promise<void> {
    await line?.stop()
    await loop?.stop()
    line = loop = null
    await store.commits.write((db) => adopt(db, store.synced, known, parts))
    store.people.forget()
    credential = known
    checkpoints ??= keepCheckpoints(store.db)
    loop = createLoop({
      ...parts,
      client: createClient(url(), known.credential),
      first: {
        from: parts.first_from ?? FIRST_FROM,
        read: (question) => readAnew(known, question),
      },
      onTrouble: (trouble) =>
        trouble === null
          ? log.info({ central: url() }, 'headquarters answers')
          : log.warn({ central: url(), ...told(trouble) }, troubleWords(trouble, url())),
      onNews: (news) => log.warn({ central: url() }, news),
    })
    const { files } = parts
    const client = createClient(url(), known.credential)
    line = files && createBlobLine({ ...parts, files, client, loop, url: url() })
  }

  /** Nobody else has the file open while another one takes its place. */
  async function readAnew({ credential: secret }: Credential, question: FirstQuestion): Promise<boolean> {
    await checkpoints?.stop()
    try {
      return await readFirst(store, { url: url(), credential: secret }, question)
    } finally {
      checkpoints = keepCheckpoints(store.db)
    }
  }

  async function spend(at: string, code: string): Promise<Trouble | null> {
    const attempt = await store.commits.write((db) => attemptFor(db, codeDigest(code), parts.newId))
    const made = await enroll(at, { code, attempt, name: readIdentity(store.db)!.station_name })
    if ('kind' in made) return made.trouble
    parts.writePrivate(parts.file, made)
    log.info({ central: at, station_id: made.station_id }, 'this station is enrolled at headquarters')
    await connect(made)
    return null
  }

  /** Without a word, what this station does would stay on it for ever. */
  function noteLost(how: 'missing' | 'unreadable'): void {
    const lost: Trouble = { kind: 'no_credential', file: parts.file, found: how }
    enrolling = lost
    log.warn(told(lost), troubleWords(lost, url()))
  }

  /** A code from the command line of a start: whoever gave it may have gone home. */
  async function spendLater(at: string, code: string): Promise<void> {
    if (superseded) return
    enrolling = await spend(at, code)
    if (enrolling === null) return
    log.warn({ central: at, ...told(enrolling) }, troubleWords(enrolling, at))
    const final = enrolling.kind === 'refused' && enrolling.why.startsWith('code_')
    if (!final) retry = setTimeout(() => void spendLater(at, code), ENROLL_RETRY_MS)
  }

  function state(): SyncState {
    const { pending, oldest_ms } = pendingWork(store.db)
    const counts = {
      pending,
      conflicts: openConflicts(store.db),
      oldest_pending_at: oldest_ms === null ? null : formatTime(oldest_ms),
      disk_free_bytes: parts.disk_free(),
    }
    const nothing = {
      last_success_at: null,
      progress: null,
      cause: null,
      detail: null,
      technical: null,
      clock_skew_ms: null,
    }
    if (loop === null) {
      if (enrolling === null) return { state: 'no_headquarters', ...counts, ...nothing }
      return {
        state: stateOf(enrolling),
        ...counts,
        ...nothing,
        cause: causeOf(enrolling),
        detail: troubleWords(enrolling, parts.url ?? ''),
        technical: technicalOf(enrolling),
      }
    }
    const { trouble, last_success_ms, head_seq, reading_seq, clock_skew_ms } = loop.sight
    const { cursor, stage } = store.synced.meta(store.db)!
    const at = reading_seq ?? (stage ?? cursor).seq
    const all = (head_seq ?? 0) + pending
    const behind = pending > 0 || stage !== null || head_seq === null || at < head_seq
    const skewed = clock_skew_ms !== null && Math.abs(clock_skew_ms) > SKEW_MS
    return {
      state: trouble !== null ? stateOf(trouble) : behind ? 'behind' : 'in_sync',
      ...counts,
      last_success_at: last_success_ms === null ? null : formatTime(last_success_ms),
      progress: head_seq === null || all === 0 ? null : Math.min(1, at / all),
      ...(trouble !== null
        ? { cause: causeOf(trouble), detail: troubleWords(trouble, url()) }
        : stage !== null
          ? { cause: 'restored', detail: RESTORED }
          : { cause: skewed ? 'clock' : null, detail: skewed ? clockWords(clock_skew_ms) : null }),
      technical: trouble === null ? null : technicalOf(trouble),
      clock_skew_ms: clock_skew_ms === null ? null : Math.round(clock_skew_ms),
    }
  }

  if (credential !== undefined) await connect(credential)
  else if (found === 'unreadable' || store.synced.meta(store.db) !== undefined)
    noteLost(found === 'unreadable' ? found : 'missing')
  const spent = parts.code === null || credential?.code_digest === codeDigest(parts.code)
  if (parts.url !== null && parts.code !== null && !spent) void spendLater(parts.url, parts.code)
  const watch = watchNetwork(() => {
    if (loop !== null && loop.sight.trouble !== null) loop.retry()
  })

  return {
    state,
    async round() {
      await loop?.round(ROUND_MS)
      return state()
    },
    address: () => ({ url: parts.url ?? credential?.url ?? null, by_settings: parts.url !== null }),
    async enroll(at, code) {
      if (parts.url !== null && new URL(parts.url).href !== new URL(at).href)
        return {
          reason: 'other_address',
          message: `The settings of this station say that headquarters is at ${parts.url}: change them first, or enrol there`,
          technical: null,
        }
      const trouble = await spend(at, code)
      if (trouble !== null) return notEnrolled(trouble, at)
      superseded = true
      clearTimeout(retry)
      return undefined
    },
    source: {
      isThere: () => line !== null,
      fetch: (blob) => (line ?? nowhere).fetch(blob),
    },
    async stop() {
      watch.stop()
      clearTimeout(retry)
      await line?.stop()
      await loop?.stop()
      await checkpoints?.stop()
    },
  }
}

function notEnrolled(trouble: Trouble, url: string): NotEnrolled {
  return {
    reason: causeOf(trouble),
    message: troubleWords(trouble, url),
    technical: technicalOf(trouble),
  }
}

/** Refused is what waiting does not cure. */
function stateOf(trouble: Trouble): SyncState['state'] {
  switch (trouble.kind) {
    case 'refused':
      return trouble.why === 'busy' || trouble.why === 'too_large' || trouble.why === 'bad_message'
        ? 'offline'
        : 'refused'
    case 'certificate':
    case 'scheme':
    case 'no_credential':
    case 'not_understood':
    case 'upgrade_required':
      return 'refused'
    default:
      return 'offline'
  }
}

function clockWords(skew_ms: number): string {
  const minutes = Math.round(Math.abs(skew_ms) / 60_000)
  const days = Math.floor(minutes / 1_440)
  const hours = Math.floor((minutes % 1_440) / 60)
  const length = [
    days && `${days} d`,
    hours && `${hours} h`,
    days === 0 && minutes % 60 ? `${minutes % 60} min` : 0,
  ]
  return `This PC's clock is ${length.filter(Boolean).join(' ')} ${skew_ms > 0 ? 'ahead of' : 'behind'} headquarters'`
}
