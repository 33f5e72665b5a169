import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

import { type Browser, type Page, chromium } from '@playwright/test'

import { CHROMIUM_ARGS, getChromium } from '../scripts/get-chromium.ts'
import { KEY, type Running } from './station.ts'

const ROOT = join(import.meta.dirname, '..')

/** The page as the sources have it now: a build may be older than they are. */
export function buildPage(): void {
  const program = join(ROOT, 'node_modules/electron-vite/bin/electron-vite.js')
  execFileSync(process.execPath, [program, 'build', '--logLevel', 'error'], { cwd: ROOT, stdio: 'inherit' })
}

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: getChromium(), args: CHROMIUM_ARGS })

/** A browser that was signed in before and has nothing kept, at an empty page. */
export async function openPage(browser: Browser, { url }: Pick<Running, 'url'>): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  await context.addCookies([{ name: 'lotkeeper_key', value: KEY, url, httpOnly: true, sameSite: 'Strict' }])
  const page = await context.newPage()
  await page.addInitScript(PROBE)
  return page
}

/**
 * Looks at what is drawn, from inside the page, and notes when: the moment after the frame in which it was painted, in milliseconds
 * since 1970 by the page's clock. `first` is the first row of the list, `next` the next verdict, `seen` a row that is waited for.
 */
const PROBE = `(() => {
  const bench = (globalThis.bench = {})
  const painted = (tell) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => tell(performance.timeOrigin + performance.now())
    port2.postMessage(0)
  })
  const promise = (name) => (bench[name] = new Promise((done) => (bench['tell_' + name] = done)))
  promise('first')
  bench.await = (name, wanted) => void (promise(name), (bench.wanted = wanted))
  let turn, drawn
  const look = () => {
    const link = document.querySelector('.batch-row a')
    if (link && !drawn) painted(bench.tell_first)
    drawn ||= Boolean(link)
    if (bench.wanted && [...document.querySelectorAll('.batch-row a')].some((row) => row.textContent === bench.wanted)) {
      painted(bench.tell_seen)
      bench.wanted = undefined
    }
    const verdict = document.querySelector('[data-testid=verdict]')
    if (!verdict || verdict.dataset.turn === turn) return
    turn = verdict.dataset.turn
    const text = verdict.textContent
    const tell = bench.tell_next
    painted((at) => tell?.({ at, text }))
  }
  new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ['data-turn'] })
})()`

/** Milliseconds since 1970 by this process's clock. */
export const now = () => performance.timeOrigin + performance.now()

/** How far a page's clock is before this process's: by the quickest of some questions. */
export async function clockOf(page: Page): Promise<number> {
  let best = { round_ms: Number.POSITIVE_INFINITY, ahead_ms: 0 }
  for (let i = 0; i < 20; i++) {
    const asked = now()
    const there = (await page.evaluate('performance.timeOrigin + performance.now()')) as number
    const round_ms = now() - asked
    if (round_ms < best.round_ms) best = { round_ms, ahead_ms: there - asked - round_ms / 2 }
  }
  return best.ahead_ms
}

/** The page as it stands, without its program: what the browser alone takes to show the same. */
export const standstill = (page: Page): Promise<string> =>
  page.evaluate(`(() => {
    const copy = document.documentElement.cloneNode(true)
    for (const gone of copy.querySelectorAll('script, link, style')) gone.remove()
    const style = document.createElement('style')
    style.textContent = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]).map((rule) => rule.cssText).join('\\n')
    copy.querySelector('head').append(style)
    return '<!doctype html>' + copy.outerHTML
  })()`)
