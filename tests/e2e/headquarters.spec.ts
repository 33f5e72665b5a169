import { type Page, expect, test } from '@playwright/test'

import type { SyncState } from '../../src/model/desk.ts'
import { type Desk, openDesk, verdictOf } from './desk.ts'
import { NARROW, photograph, WIDE } from './look.ts'

/** How the page shows headquarters: what the station would say of it is said here in its place. */
let desk: Desk
test.beforeAll(async ({ browser }) => {
  desk = await openDesk('browser', browser)
  await desk.ask('POST', '/v2/batches', { number: 'LOT-1' })
  await desk.ask('POST', '/v2/batches', { number: 'LOT-2' })
})
test.afterAll(() => desk.end())

const answer = (page: Page, path: string, body: object) =>
  page.route(`**/station/${path}`, (route) => route.fulfill({ json: body }))

async function say(state: Partial<SyncState>): Promise<void> {
  const { page } = desk
  const agreed: SyncState = {
    state: 'in_sync',
    pending: 0,
    conflicts: 0,
    last_success_at: '2026-03-12T12:04:00.000Z',
    oldest_pending_at: null,
    progress: null,
    cause: null,
    detail: null,
    technical: null,
    clock_skew_ms: null,
    disk_free_bytes: null,
  }
  await page.unrouteAll()
  await answer(page, 'sync', { ...agreed, ...state })
}

test.describe('the sign at the top right', () => {
  const oldest_pending_at = new Date(Date.now() - (2 * 24 + 3) * 3_600_000 - 60_000).toISOString()
  for (const [state, words] of [
    [{}, /^In sync \d\d:\d\d$/],
    [
      { state: 'offline', pending: 312, oldest_pending_at },
      'Offline – 312 changes only on this PC, oldest 2d 3h',
    ],
    [{ state: 'offline', pending: 0 }, 'Offline – nothing waits'],
    [{ state: 'behind', progress: 0.41 }, 'Catching up 41%'],
    [{ state: 'refused' }, 'Headquarters refuses this station'],
    [{ conflicts: 3 }, 'Needs attention (3)'],
    [
      { conflicts: 3, state: 'offline', pending: 312, oldest_pending_at },
      'Needs attention (3)Offline – 312 changes only on this PC, oldest 2d 3h',
    ],
    [{ conflicts: 3, state: 'refused' }, 'Needs attention (3)Headquarters refuses this station'],
  ] as readonly (readonly [Partial<SyncState>, RegExp | string])[])
    test(`says ${String(words)}`, async () => {
      await say(state)
      await desk.page.reload()
      await expect(desk.page.getByTestId('chip')).toHaveText(words)
    })
})

test('the sign follows by itself: going offline commits nothing', async () => {
  const { page } = desk
  await say({})
  await page.reload()
  await expect(page.getByTestId('chip')).toContainText('In sync')
  await say({ state: 'offline', pending: 0 })
  await expect(page.getByTestId('chip')).toContainText('Offline', { timeout: 10_000 })
})

test('each batch says whether headquarters has it', async () => {
  const { page } = desk
  await say({ state: 'offline', pending: 1 })
  const { data } = await desk.ask<{ data: { id: string; number: string }[] }>('GET', '/v2/batches')
  await answer(page, 'only-here?*', { ids: [data.find(({ number }) => number === 'LOT-2')!.id] })
  await page.reload()
  await expect(page.getByRole('row', { name: /LOT-2/ })).toContainText('Only here')
  await expect(page.getByRole('row', { name: /LOT-1/ })).toContainText('At headquarters')
})

test('a code that is being typed stays, whatever becomes of the line meanwhile', async () => {
  const { page } = desk
  await say({ state: 'refused', cause: 'revoked' })
  await page.goto(`${desk.url}/#/settings`)
  await page.reload()
  await page.getByLabel('Code').fill('SQ72-9G4J')
  await say({ state: 'offline', cause: 'unreachable' })
  await expect(page.getByTestId('chip')).toContainText('Offline', { timeout: 10_000 })
  await expect(page.getByLabel('Code')).toHaveValue('SQ72-9G4J')
})

test('a page that cannot be drawn says so and how to go on: no empty screen', async () => {
  const { page } = desk
  // A time that is none: nothing the page could show.
  await say({ last_success_at: 'the day before yesterday' })
  await page.reload()
  await expect(page.getByRole('alert')).toContainText('This page has a fault and has stopped')
  await say({})
  await page.getByRole('button', { name: 'Load the page again' }).click()
  await expect(page.getByTestId('chip')).toContainText('In sync')
})

test.describe('a line in every view says what needs a person', () => {
  for (const [state, words] of [
    [
      { state: 'refused', cause: 'revoked' },
      'Headquarters does not accept this station. Enrol it with a new code.',
    ],
    [{ state: 'refused', cause: 'upgrade_required' }, /different versions of Lotkeeper/],
    [
      { cause: 'clock', clock_skew_ms: 3 * 3_600_000 },
      /The clock of this PC is 3h 0m off that of headquarters/,
    ],
    [{ state: 'behind', cause: 'restored', progress: 0.41 }, /^Headquarters was restored from a backup\./],
    [{ state: 'offline', cause: 'captive_portal' }, /this network may want somebody to sign in/],
    [{ state: 'refused', cause: 'scheme' }, /begins with http:\/\/ where it must be https:\/\//],
    [{ disk_free_bytes: 312_000_000 }, /nearly full: 312 MB left/],
    [{ state: 'offline', cause: 'unreachable' }, null],
    // Headquarters was started anew, for one: nobody else answered in its place.
    [{ state: 'offline', cause: 'cut_off' }, null],
    [{ disk_free_bytes: 40_000_000_000 }, null],
  ] as readonly (readonly [Partial<SyncState>, RegExp | string | null])[])
    test(`${words === null ? 'nothing' : String(words)} for ${JSON.stringify(state)}`, async () => {
      const { page } = desk
      await say(state)
      await page.reload()
      await expect(page.getByTestId('chip')).not.toHaveText('Loading…')
      const banner = page.getByTestId('banner')
      if (words === null) await expect(banner).toHaveCount(0)
      else await expect(banner.getByRole('status')).toHaveText(words)
    })
})

test('a conflict is told in words, decided by touch, and taken back', async () => {
  const { page } = desk
  await say({ conflicts: 1 })
  const conflict = {
    id: 'c1',
    at: '2026-03-12T12:04:00.000Z',
    summary: 'Batch LOT-1 was also made at Line 2, 8 units joined',
    about: {
      kind: 'merged',
      noun: 'batch',
      name: 'LOT-1',
      other: 'LOT-1',
      at: 'Line 2',
      field: 'number',
      wanted: null,
      kept: null,
      units: 8,
    },
    answers: [
      { id: 'same', label: 'Same' },
      { id: 'different', label: 'Different' },
    ],
  }
  await answer(page, 'conflicts', { data: [conflict] })
  const said: unknown[] = []
  await page.route('**/station/conflicts/c1', (route) => {
    said.push(route.request().postDataJSON())
    return route.fulfill({ json: { id: 'c1' } })
  })
  await page.reload()
  await page.getByRole('link', { name: /Inbox/ }).click()
  await expect(page.getByText('Batch LOT-1 was also made at Line 2; 8 units joined.')).toBeVisible()
  // A glove bounces: that is one answer, and one taking back.
  await page.getByRole('button', { name: 'They are two' }).dblclick()
  await expect(verdictOf(page)).toHaveText('Done Decided: They are two')
  await page.getByRole('button', { name: 'Undo' }).dblclick()
  await expect(verdictOf(page)).toContainText('Taken back')
  expect(said).toEqual([{ answer: 'different' }, { answer: 'undo' }])
  await page.unrouteAll()
})

test('a question with names as long as they get fits, on a panel and in a column of one', async () => {
  const { page } = desk
  const [wanted, kept] = ['A', 'B'].map((end) => `LOT_${'2026_'.repeat(11)}${end}`)
  await say({ conflicts: 1, state: 'offline', pending: 312, oldest_pending_at: '2026-03-12T12:04:00.000Z' })
  const about = { kind: 'rename_rename', noun: 'batch', name: kept, other: null, at: null, field: 'number' }
  const answers = [
    { id: 'keep', label: 'Leave' },
    { id: 'mine', label: 'Use' },
  ]
  const conflict = { id: 'c1', at: '2026-03-12T12:04:00.000Z', summary: '', answers }
  await answer(page, 'conflicts', { data: [{ ...conflict, about: { ...about, wanted, kept, units: null } }] })
  await page.reload()
  await page.getByRole('link', { name: /Inbox/ }).click()
  for (const size of [NARROW, { width: 1024, height: 600 }]) {
    await page.setViewportSize(size)
    await expect(page.getByRole('button', { name: `Use ${wanted}` })).toBeVisible()
    await photograph(page, `long-question-${size.width}`, test.info())
  }
  await page.setViewportSize(WIDE)
  await page.unrouteAll()
})

test('of more questions than are listed the number is right everywhere, and the page says that there are more', async () => {
  const { page } = desk
  await say({ conflicts: 258 })
  const about = {
    kind: 'merged',
    noun: 'batch',
    name: 'LOT-1',
    other: 'LOT-1',
    at: 'Line 2',
    field: 'number',
  }
  const data = Array.from({ length: 200 }, (_, i) => ({
    id: `c${i}`,
    at: '2026-03-12T12:04:00.000Z',
    summary: '',
    about: { ...about, wanted: null, kept: null, units: 0 },
    answers: [{ id: 'same', label: 'Same' }],
  }))
  await answer(page, 'conflicts', { data })
  await page.reload()
  await expect(page.getByTestId('chip')).toHaveText('Needs attention (258)')
  await page.getByRole('link', { name: /258 decisions wait/ }).click()
  await expect(
    page.getByText('The newest 200 of 258 are listed; the others come as these are decided.'),
  ).toBeVisible()
  await page.unrouteAll()
})
