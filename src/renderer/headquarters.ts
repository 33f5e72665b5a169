import { queryOptions } from '@tanstack/react-query'

import type { SyncState } from '../model/desk.ts'
import { headquartersEndpoints } from '../model/headquarters.ts'
import type { Cause } from '../model/reason.ts'
import { call } from './api.ts'
import type { MessageKey } from './i18n/translate.ts'
import type { Translation } from './i18n/use-translation.ts'

export const headquartersQuery = queryOptions({
  queryKey: ['headquarters'],
  queryFn: ({ signal }) => call(headquartersEndpoints.get, { signal }),
})

export const joinedQuery = (id: string) =>
  queryOptions({
    queryKey: ['joined', id],
    queryFn: ({ signal }) => call(headquartersEndpoints.joined, { query: { id }, signal }),
  })

type TroubleKey = MessageKey & `trouble_${string}`

/** What stands between, as an operator's sentence (docs/station-api.md lists the causes). */
const sentences: { readonly [Name in Cause]: TroubleKey } = {
  unreachable: 'trouble_away',
  silent: 'trouble_away',
  gateway: 'trouble_away',
  cut_off: 'trouble_cut_off',
  bad_message: 'trouble_cut_off',
  captive_portal: 'trouble_between',
  foreign: 'trouble_between',
  proxy_login: 'trouble_proxy',
  certificate: 'trouble_certificate',
  scheme: 'trouble_scheme',
  unauthorized: 'trouble_credential',
  revoked: 'trouble_credential',
  code_unknown: 'trouble_credential',
  code_spent: 'trouble_credential',
  code_expired: 'trouble_credential',
  upgrade_required: 'trouble_version',
  not_understood: 'trouble_version',
  restored: 'trouble_restored',
  clock: 'trouble_clock',
  disk: 'trouble_disk',
  busy: 'trouble_busy',
  too_large: 'trouble_busy',
  defect: 'trouble_defect',
}

const keyOf = (cause: string): TroubleKey | undefined =>
  Object.hasOwn(sentences, cause) ? sentences[cause as Cause] : undefined

/** What a newer station tells is shown in its own words. */
export function troubleSentence(
  { cause, detail, clock_skew_ms }: SyncState,
  { t, age }: Translation,
): string | undefined {
  if (cause === null) return undefined
  const key = keyOf(cause)
  if (key === undefined) return detail ?? t('trouble_defect')
  return key === 'trouble_clock' ? t('trouble_clock', { age: age(Math.abs(clock_skew_ms ?? 0)) }) : t(key)
}

/** What the operator reads to whoever mends it: in no language, as docs/station-api.md has it. */
export const troubleForIt = ({ cause, technical }: SyncState, url: string | null): string | undefined =>
  cause === null || cause === 'clock' || cause === 'restored'
    ? undefined
    : [cause, technical, url].filter((word) => word !== null).join(' · ')

/** Time cures these, and nobody need be called. */
const passing: ReadonlySet<TroubleKey> = new Set([
  'trouble_away',
  'trouble_cut_off',
  'trouble_busy',
  'trouble_defect',
])

export function needsPerson({ cause }: SyncState): boolean {
  const key = cause === null ? undefined : keyOf(cause)
  return key !== undefined && !passing.has(key)
}

/** A new code mends it. */
export const needsCode = ({ cause }: SyncState) => cause !== null && keyOf(cause) === 'trouble_credential'

/** Less than this is worth a word while there is time: a station's day takes some ten megabytes. */
const LOW_BYTES = 500_000_000

export const isDiskLow = ({ disk_free_bytes }: SyncState) =>
  disk_free_bytes !== null && disk_free_bytes < LOW_BYTES
