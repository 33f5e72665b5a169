import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

import { AxeBuilder } from '@axe-core/playwright'
import { type Page, type TestInfo, expect } from '@playwright/test'

import type { Desk } from './desk.ts'

/**
 * How a view is looked at: by axe for WCAG 2.2 AA, by arithmetic for targets a glove can hit and words that are cut off, and
 * kept as a picture. `SCREENSHOTS=1` puts the pictures into docs/screenshots; otherwise they lie with the test's results.
 */
export const themes = ['light', 'dark', 'contrast'] as const
/** In a column of a panel PC the words have least room. */
export const NARROW = { width: 600, height: 960 }
export const WIDE = { width: 1280, height: 800 }

const kept = join(import.meta.dirname, '../../docs/screenshots')

type Output = Pick<TestInfo, 'outputPath'>

const LEVELS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
/** A list of choices hangs over the page and belongs to its field, not to a landmark. */
const HANGING = ['region']
/** What of those depends on colours. */
const COLOURS = ['color-contrast', 'link-in-text-block']

export async function look(page: Page, name: string, theme: string, testInfo: Output): Promise<void> {
  await photograph(page, `${name}-${theme}`, testInfo)
  // In the page itself: without frames nothing is to be put together in a second, empty page.
  expect(page.frames()).toHaveLength(1)
  const axe = new AxeBuilder({ page }).setLegacyMode()
  // Names, roles and order are the same in every theme: they are looked at in the light one.
  if (theme === 'light') axe.withTags(LEVELS).disableRules(HANGING)
  else axe.withRules(COLOURS)
  const { violations } = await axe.analyze()
  const found = violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes.map(({ target, failureSummary }) => `${String(target)} ${failureSummary}`).join('\n')}`,
  )
  expect.soft(found, `${name} in ${theme}`).toEqual([])

  const small = (await page.evaluate(SMALL_TARGETS)) as string[]
  expect.soft(small, `targets of ${name}`).toEqual([])
}

export async function photograph(page: Page, name: string, testInfo: Output): Promise<void> {
  await page.evaluate('document.fonts.ready')
  const folder = process.env['SCREENSHOTS'] ? kept : testInfo.outputPath('screenshots')
  mkdirSync(folder, { recursive: true })
  await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' })
  // A finger that scrolls a view to its end must not push the whole desk off the screen.
  const fits = await page.evaluate(
    '((html) => html.scrollWidth <= innerWidth && html.scrollHeight <= innerHeight)(document.documentElement)',
  )
  expect.soft(fits, `${name} fits`).toBe(true)
  const wide = await page.evaluate(
    "[...document.querySelectorAll('.page')].filter((view) => view.scrollWidth > view.clientWidth).length",
  )
  expect.soft(wide, `views wider than the screen in ${name}`).toBe(0)
  const cut = (await page.evaluate(CUT_WORDS)) as string[]
  expect.soft(cut, `words cut off in ${name}`).toEqual([])
}

const CUT_WORDS = `[...document.querySelectorAll('.button, .rail a, .chip, h1, h2, label, .outcome, .unit-row > span:has(.button, .outcome), .measurement-row > span')]
  .filter((element) => element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 1)
  .map((element) => element.textContent)`

/** Primary buttons under 64 px, rows under 48, anything else to be touched under 44 px high. */
const PRIMARY = '.primary, .on-verdict, .rail a, .rail button, .inbox-page .button'
const ROWS =
  '.batch-row:has(a), .unit-row:has(button), .run-row:has(a), .waiting-row:not(.head), .key, [role=option]'
const SMALL_TARGETS = `[...document.querySelectorAll('button, a, input, [role=combobox], [role=slider], ${ROWS}')]
  .filter((element) => element.checkVisibility() && !element.closest('[inert], [aria-hidden=true]'))
  .map((element) => ({ element, box: (element.closest('.check, .slider-thumb, .segment') ?? (element.matches('a') ? element.closest('.batch-row, .unit-row, .run-row') : null) ?? element).getBoundingClientRect() }))
  .filter(({ element, box }) => box.width > 10 && box.height > 10 && box.height < (element.matches('${PRIMARY}') ? 64 : element.matches('${ROWS}') ? 48 : 44))
  .map(({ element, box }) => element.outerHTML.slice(0, 120) + ' ' + box.height)`

export async function change(at: Desk, part: object): Promise<void> {
  const settings = await at.ask<object>('GET', '/station/settings')
  await at.ask('PUT', '/station/settings', { ...settings, ...part })
}

export async function setTheme(where: Desk, theme: string): Promise<void> {
  await change(where, { theme })
  await expect(where.page.locator('html')).toHaveAttribute('data-theme', theme)
}
