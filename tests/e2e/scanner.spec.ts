import { type Page, type Route, expect, test } from '@playwright/test'

import { type Layout, layouts } from '../support/keyboard.ts'
import { type Desk, makePart, makeUnits, openDesk, surfaces, verdictOf } from './desk.ts'
import { scan, type } from './scanner.ts'

/** Everything a burst could set off, were it taken for typing: `n` opens a window, `/` leaves for the search, Enter presses. */
const LABEL = 'n/-no_?'
const labels = { us: 'Lot.2026-Z1', uk: 'Lot.2026-Z2', german: 'Lot.2026-Z3', french: 'Lot.2026-Z4' } as const

for (const surface of surfaces)
  test.describe(`a scanner in the ${surface}`, () => {
    let desk: Desk
    test.beforeAll(async ({ browser }) => {
      desk = await openDesk(surface, browser)
      await makePart(desk)
      for (const number of Object.values(labels)) await desk.ask('POST', '/v2/batches', { number })
      await makeUnits(desk, ['Yz-0001', 'Yz-0002'])
    })
    test.afterAll(() => desk.end())
    test.beforeEach(async () => {
      const { page } = desk
      for (let i = 0; i < 3; i++) await page.keyboard.press('Escape')
      await page.getByRole('link', { name: 'Batches' }).click()
      await expect(page.getByRole('searchbox')).toBeVisible()
    })

    for (const layout of Object.keys(layouts) as Layout[]) {
      test(`opens the batch on a ${layout} PC with the focus on a button, and presses nothing`, async () => {
        const { page } = desk
        await page.getByRole('button', { name: 'New batch' }).focus()
        await scan(page, labels[layout], { layout })
        await expect(verdictOf(page)).toHaveText(`Done Batch ${labels[layout]} is open. Scan its units.`)
        await expect(page.getByRole('heading', { name: labels[layout] })).toBeVisible()
        await expect(page.getByRole('dialog')).toHaveCount(0)
      })

      test(`opens the batch on a ${layout} PC with the focus in the search field, and writes nothing`, async () => {
        const { page } = desk
        const search = page.getByRole('searchbox')
        await search.fill('Lot')
        await search.focus()
        await scan(page, labels[layout], { layout })
        await expect(page.getByRole('heading', { name: labels[layout] })).toBeVisible()
        await page.getByRole('link', { name: 'Batches' }).click()
        await expect(page.getByRole('searchbox')).toHaveValue('Lot')
        await page.getByRole('searchbox').fill('')
      })

      test(`makes the batch on a ${layout} PC from within the window that asks for its number`, async () => {
        const { page } = desk
        const number = `${layout}-qwertz_0.9`
        await page.getByRole('button', { name: 'New batch' }).click()
        await expect(page.getByLabel('Batch number')).toBeFocused()
        await scan(page, number, { layout })
        await expect(verdictOf(page)).toHaveText(`Done Batch ${number} is created.`)
        await expect(page.getByRole('dialog')).toHaveCount(0)
      })
    }

    test('is never a shortcut, whatever stands on the label', async () => {
      const { page } = desk
      await page.locator('body').focus()
      await scan(page, LABEL)
      await expect(verdictOf(page)).toContainText('is no number of a batch or unit')
      await expect(page.getByRole('dialog')).toHaveCount(0)
      await expect(page.getByRole('searchbox')).not.toBeFocused()
    })

    test('with AIM id, on a French PC', async () => {
      const { page } = desk
      await scan(page, `]C1${labels.us}`, { layout: 'french' })
      await expect(page.getByRole('heading', { name: labels.us })).toBeVisible()
    })

    test('in a window that needs the operator it is not used, and that is said', async () => {
      const { page } = desk
      await page.keyboard.press('?')
      await expect(page.getByRole('dialog')).toBeVisible()
      await scan(page, labels.us)
      await expect(verdictOf(page)).toContainText('A window is open that needs you')
      await expect(page.getByRole('dialog')).toBeVisible()
    })

    test('without Enter at the end and nobody writing: no shortcut, and a way to the settings', async () => {
      const { page } = desk
      await page.getByRole('button', { name: 'New batch' }).focus()
      await scan(page, 'next-one', { suffix: 'none' })
      await expect(verdictOf(page)).toContainText('keys of a scanner without Enter')
      await expect(page.getByRole('dialog')).toHaveCount(0)
      await page.getByRole('button', { name: 'Scanner settings' }).click()
      await expect(page.getByRole('heading', { name: 'Scanner' })).toBeInViewport()
    })

    test('a page that is held up in the middle of a scan hears all of it', async () => {
      const { page } = desk
      const until = () => page.evaluate('for (const t = performance.now(); performance.now() < t + 400; );')
      await page.getByRole('button', { name: 'New batch' }).focus()
      await scan(page, labels.us, { held_up: { after: 2, until } })
      await expect(page.getByRole('heading', { name: labels.us })).toBeVisible()
    })

    test('keys that come so late that the first were taken for typing: those are taken back', async () => {
      const { page } = desk
      const search = page.getByRole('searchbox')
      await search.fill('ab')
      await search.press('Home')
      const until = () => expect(search).toHaveValue('Loab')
      await scan(page, labels.us, { held_up: { after: 2, until } })
      await expect(page.getByRole('heading', { name: labels.us })).toBeVisible()
      await page.getByRole('link', { name: 'Batches' }).click()
      await expect(search).toHaveValue('ab')
      await search.fill('')
    })

    test('a scan whose first keys have opened a window is not used, and that is said', async () => {
      const { page } = desk
      await page.getByRole('button', { name: 'New batch' }).focus()
      const until = () => expect(page.getByRole('dialog')).toBeVisible()
      await scan(page, 'N-0001', { held_up: { after: 1, until } })
      await expect(verdictOf(page)).toContainText('took the first keys of the scan for typing')
      await expect(page.getByLabel('Batch number')).toHaveValue('')
    })

    test('ten labels in a row are done in their order, none lost', async () => {
      const { page } = desk
      await scan(page, labels.us)
      await expect(page.getByRole('heading', { name: labels.us })).toBeVisible()
      const before = await turnOf(page)
      for (let i = 0; i < 10; i++) await scan(page, i % 2 === 0 ? 'Yz-0001' : 'Yz-0002')
      await expect.poll(() => turnOf(page)).toBe(before + 10)
      await expect(page.getByText('2 units', { exact: true })).toBeVisible()
    })

    test('each verdict has its own sound, and none where sounds are off', async () => {
      const { page } = desk
      // What the page plays is noted where it is played.
      await page.addInitScript(`
        globalThis.played = []
        const { start } = OscillatorNode.prototype
        OscillatorNode.prototype.start = function (...at) { played.push(this.frequency.value); return start.apply(this, at) }`)
      await page.reload()
      await expect(verdictOf(page)).toContainText('Ready to scan')
      const heard = () => page.evaluate<number[]>('played.splice(0)')
      const sounds: number[][] = []
      for (const [label, words] of [
        [labels.us, 'is open. Scan its units'],
        [labels.us, 'is already open'],
        ['NO-SUCH', 'There is no unit NO-SUCH yet'],
        ['not a label', 'is no number'],
      ] as const) {
        await scan(page, label)
        await expect(verdictOf(page)).toContainText(words)
        sounds.push(await heard())
      }
      expect(sounds.every((sound) => sound.length > 0)).toBe(true)
      expect(new Set(sounds.map(String)).size).toBe(4)

      const settings = await desk.ask<object>('GET', '/station/settings')
      await desk.ask('PUT', '/station/settings', { ...settings, sounds: false })
      await page.reload()
      await expect(verdictOf(page)).toContainText('Ready to scan')
      await scan(page, labels.us)
      await expect(verdictOf(page)).toContainText('is already open')
      expect(await heard()).toEqual([])
      await desk.ask('PUT', '/station/settings', settings)
    })

    test('typing at a keyboard is typing, in its order', async () => {
      const { page } = desk
      await page.keyboard.press('/')
      await expect(page.getByRole('searchbox')).toBeFocused()
      await type(page, 'Lot.2026')
      await expect(page.getByRole('searchbox')).toHaveValue('Lot.2026')
      await page.getByRole('searchbox').fill('')
    })
  })

test.describe('the verdict does not wait', () => {
  let desk: Desk
  let page: Page
  /** What the page asks of the station for a scan, held until it is let go. */
  let asked: Route[]
  test.beforeEach(async ({ browser }) => {
    desk = await openDesk('browser', browser)
    ;({ page } = desk)
    asked = []
    for (const path of ['**/v2/batches?*numbers=*', '**/v2/units/*'])
      await page.route(path, (route) => void asked.push(route))
    // From here on no timer of the page runs by itself.
    await page.clock.install()
    await page.clock.pauseAt(Date.now() + 60_000)
  })
  test.afterEach(() => desk.end())

  test('between the last key and the words nothing stands but two questions, asked side by side', async () => {
    await scan(page, 'NO-SUCH')
    await expect.poll(() => asked.length).toBe(2)
    await expect(verdictOf(page)).toContainText('Ready to scan')
    for (const route of asked) await route.continue()
    await expect(verdictOf(page)).toHaveText('Not known There is no batch and no unit NO-SUCH.')
    expect(asked).toHaveLength(2)
  })

  test('a station that takes longer than 150 ms: the bar says that it is asked', async () => {
    await scan(page, 'NO-SUCH')
    await expect.poll(() => asked.length).toBe(2)
    await page.clock.runFor(149)
    await expect(verdictOf(page)).toContainText('Ready to scan')
    await page.clock.runFor(1)
    await expect(verdictOf(page)).toContainText('Reading')
    for (const route of asked) await route.continue()
    await expect(verdictOf(page)).toContainText('Not known')
  })
})

const turnOf = async (page: Page) => Number(await verdictOf(page).getAttribute('data-turn'))
