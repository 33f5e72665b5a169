import { z } from 'zod'

import { endpoint } from './endpoint.ts'
import { keyToMake } from './key.ts'
import { many } from './page.ts'
import { text } from './text.ts'
import { time } from './time.ts'
import { none } from './wire.ts'
import { yieldEndpoint } from './yield.ts'

/**
 * The station's own operations, under `/station/…`: what the operator's page needs and the contract does not have.
 * Times are 24 characters like everywhere; what is not known is null.
 */

/** Days of work, each from one bound to the next: the page knows where its days begin. */
const DAYS_MAX = 62

export const languages = ['en', 'de', 'fr', 'es', 'zh'] as const
export const themes = ['system', 'light', 'dark', 'contrast'] as const

const stroke = z.string().max(40)

/** What a scanner puts before and after its text, how fast it is, and what its keys mean. */
const scannerSettings = z.object({
  prefix: z.string().max(20).default(''),
  suffix: z.enum(['enter', 'tab', 'none']).default('enter'),
  /** Longest pause inside one scan. Whoever types is slower. */
  gap_ms: z.int().min(20).max(200).default(50),
  /** `us`: by the place of the key, as scanners are delivered; `pc`: as this PC understands the key. */
  layout: z.enum(['us', 'pc']).default('us'),
  /** What a calibration taught: `CODE` or `shift+CODE` to the character. Goes before `layout`. */
  taught: z.record(stroke, z.string().length(1)).default({}),
})
export type ScannerSettings = z.infer<typeof scannerSettings>

/** How the page looks and listens on this PC: the same in the window and in a browser. */
export const deskSettings = z.object({
  /** `system`: as the PC says. */
  language: z.enum(['system', ...languages]).default('system'),
  theme: z.enum(themes).default('system'),
  sounds: z.boolean().default(true),
  volume: z.number().min(0).max(1).default(0.7),
  scanner: scannerSettings.prefault({}),
  /** Which revision a scanned unit gets that nobody knew before. */
  new_units: z
    .object({ part_number: text('Part'), revision_number: text('Revision') })
    .nullable()
    .default(null),
})
export type DeskSettings = z.infer<typeof deskSettings>

export const syncState = z.object({
  state: z.enum(['no_headquarters', 'in_sync', 'behind', 'offline', 'refused']),
  pending: z.int(),
  conflicts: z.int(),
  last_success_at: z.string().nullable(),
  /** When the oldest change was made that is only on this PC. */
  oldest_pending_at: z.string().nullable(),
  /** Share of the way caught up, 0 to 1, where that can be told. */
  progress: z.number().nullable(),
  /** What stands between: one word for programs (a `Cause`, or what a newer version knows), one sentence for people. */
  cause: z.string().nullable(),
  detail: z.string().nullable(),
  /** What a system or program calls it, in no language: `ECONNREFUSED`, a status. */
  technical: z.string().nullable(),
  /** This PC's clock minus headquarters'. */
  clock_skew_ms: z.int().nullable(),
  /** Room left on the disk that keeps everything. */
  disk_free_bytes: z.int().nullable(),
})
export type SyncState = z.infer<typeof syncState>

/** The values of a conflict's sentence: for a page that says it in its own language. */
const conflictAbout = z.object({
  kind: z.string(),
  noun: z.string(),
  name: z.string(),
  /** The other row; null where there is none, or nobody knows it any more. */
  other: z.string().nullable(),
  /** The station that made the other row, if that is known. */
  at: z.string().nullable(),
  /** The field it is about; the one that names the row where it is about no other. */
  field: z.string(),
  wanted: z.string().nullable(),
  kept: z.string().nullable(),
  /** Units that came into a batch with the joined one. */
  units: z.int().nullable(),
})
export type ConflictAbout = z.infer<typeof conflictAbout>

/** More than a person can look at; the rest comes when these are answered. */
export const CONFLICTS_LISTED_MAX = 200

export const conflict = z.object({
  id: z.string(),
  at: z.string(),
  /** One sentence of what happened. */
  summary: z.string(),
  /** What that sentence says, to be said in another language. */
  about: conflictAbout,
  answers: z.array(z.object({ id: z.string(), label: z.string() })),
})
export type ConflictItem = z.infer<typeof conflict>

const keyItem = z.object({
  id: z.string(),
  kind: z.enum(['user', 'station']),
  name: z.string(),
  owner: z.string().nullable(),
  created_at: z.string(),
  revoked_at: z.string().nullable(),
  /** The key that asks. */
  current: z.boolean(),
})
export type DeskKey = z.infer<typeof keyItem>

const byId = z.object({ id: z.string() })

export const deskEndpoints = {
  identity: endpoint({
    method: 'GET',
    path: '/station/identity',
    summary: 'Who this station is, and who asks',
    access: 'any',
    params: none,
    query: none,
    body: none,
    answer: z.object({
      station: z.object({ id: z.string(), name: z.string() }),
      caller: z.object({ kind: z.enum(['user', 'station']), id: z.string(), name: z.string().nullable() }),
      version: z.string(),
    }),
  }),
  settings: endpoint({
    method: 'GET',
    path: '/station/settings',
    summary: 'How the page looks and listens on this PC',
    access: 'any',
    params: none,
    query: none,
    body: none,
    answer: deskSettings,
  }),
  changeSettings: endpoint({
    method: 'PUT',
    path: '/station/settings',
    summary: 'Change how the page looks and listens',
    access: 'any',
    params: none,
    query: none,
    body: deskSettings,
    answer: deskSettings,
  }),
  changes: endpoint({
    method: 'GET',
    path: '/station/changes',
    summary: 'Wait for the next change: answers at once if there was one since',
    access: 'any',
    params: none,
    query: z.object({ since: z.string('Since must be given once').optional() }),
    body: none,
    answer: z.object({ version: z.string() }),
  }),
  totals: endpoint({
    method: 'GET',
    path: '/station/totals',
    summary: 'How many batches and units this station knows',
    access: 'any',
    params: none,
    query: none,
    body: none,
    answer: z.object({ batches: z.int(), units: z.int() }),
  }),
  days: endpoint({
    method: 'GET',
    path: '/station/days',
    summary: 'Batches and units made between each bound and the next',
    access: 'any',
    params: none,
    query: z.object({
      bounds: z
        .array(time('Bounds'), 'Bounds are required: bounds=A&bounds=B')
        .min(2)
        .max(DAYS_MAX + 1),
    }),
    body: none,
    answer: z.object({ data: z.array(z.object({ from: z.string(), batches: z.int(), units: z.int() })) }),
  }),
  yield: yieldEndpoint,
  onlyHere: endpoint({
    method: 'GET',
    path: '/station/only-here',
    summary: 'Which of these batches headquarters does not have yet',
    access: 'any',
    params: none,
    query: z.object({ ids: many(z.string()) }),
    body: none,
    answer: z.object({ ids: z.array(z.string()) }),
  }),
  sync: endpoint({
    method: 'GET',
    path: '/station/sync',
    summary: 'How far this station and headquarters agree',
    access: 'any',
    params: none,
    query: none,
    body: none,
    answer: syncState,
  }),
  conflicts: endpoint({
    method: 'GET',
    path: '/station/conflicts',
    summary: 'What a person must decide',
    access: 'any',
    params: none,
    query: none,
    body: none,
    answer: z.object({ data: z.array(conflict) }),
  }),
  whereabouts: endpoint({
    method: 'GET',
    path: '/station/whereabouts',
    summary: 'Where the newest state of each of these rows is: here alone, on its way, or at headquarters',
    access: 'any',
    params: none,
    query: z.object({ ids: many(z.string()) }),
    body: none,
    answer: z.object({
      data: z.array(
        z.object({
          id: z.string(),
          where: z.enum(['local', 'sending', 'headquarters']),
          /** Why it is not at headquarters, where something stands between. */
          why: z.string().nullable(),
        }),
      ),
    }),
  }),
  decideConflict: endpoint({
    method: 'POST',
    path: '/station/conflicts/{id}',
    summary: 'Decide a conflict by one of its answers, or take the answer back with undo',
    access: 'user',
    refusals: [404, 409],
    params: byId,
    query: none,
    body: z.object({ answer: text('Answer') }),
    answer: byId,
  }),
  keys: endpoint({
    method: 'GET',
    path: '/station/keys',
    summary: 'List the keys of this station',
    access: 'user',
    params: none,
    query: none,
    body: none,
    answer: z.object({ data: z.array(keyItem) }),
  }),
  createKey: endpoint({
    method: 'POST',
    path: '/station/keys',
    summary: 'Make a key; it is seen this once',
    access: 'user',
    params: none,
    query: none,
    body: keyToMake,
    answer: z.object({
      id: z.string(),
      kind: z.enum(['user', 'station']),
      name: z.string(),
      key: z.string(),
    }),
  }),
  revokeKey: endpoint({
    method: 'DELETE',
    path: '/station/keys/{id}',
    summary: 'Revoke a key',
    access: 'user',
    refusals: [404, 409],
    params: byId,
    query: none,
    body: none,
    answer: byId,
  }),
}

/** Signing in and out has no key yet, or no more: it stands before the keyed operations. */
export const SESSION_PATH = '/station/session'
export const sessionBody = z.object({ key: text('Key').max(200, 'The key is too long') })
