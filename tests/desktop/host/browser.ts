import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'

import { CHROMIUM_ARGS, findChromium } from '../../../scripts/get-chromium.ts'
import { app } from './app.ts'
import { serve } from './serve.ts'

let context: BrowserContext | undefined
const ours = new Set<Page>()

/** Starts Chromium and tells the test where to look into it. */
export async function startBrowser(): Promise<void> {
  const profile = join(app.getPath('userData'), 'Chromium')
  const executablePath = findChromium()
  if (executablePath === undefined) throw new Error('no Chromium: see scripts/get-chromium.ts')
  context = await chromium.launchPersistentContext(profile, {
    executablePath,
    viewport: null,
    args: [...CHROMIUM_ARGS, '--remote-debugging-port=0', '--block-new-web-contents'],
  })
  await context.route('**/*', serve)
  await closeStrangers(context)
  const [port] = readFileSync(join(profile, 'DevToolsActivePort'), 'utf8').split('\n')
  process.send?.({ debugger: `http://127.0.0.1:${port}` })
}

/**
 * What window.open made although it was refused: Chromium has it for a moment. It is ended by its target, not as a page: a page that is
 * refused while it starts may never become one that Playwright could close.
 */
async function closeStrangers(of: BrowserContext): Promise<void> {
  const session = await of.browser()!.newBrowserCDPSession()
  session.on('Target.targetCreated', ({ targetInfo: { targetId, type } }) => {
    if (type === 'page' && started && !opening)
      void session.send('Target.closeTarget', { targetId }).catch(() => undefined)
  })
  // Those that are there already are told of at once.
  await session.send('Target.setDiscoverTargets', { discover: true })
  started = true
}

let started = false
let opening = false

export async function newPage(): Promise<Page> {
  const blank = context!.pages().find((page) => !ours.has(page) && page.url() === 'about:blank')
  opening = true
  const page = blank ?? (await context!.newPage())
  ours.add(page)
  opening = false
  return page
}

/** A browser that hangs in the middle of a crash must not keep the app from ending. */
export async function closeBrowser(): Promise<void> {
  const waited = new Promise<void>((done) => void setTimeout(done, 3_000))
  await Promise.race([context?.close().catch(() => undefined), waited])
}
