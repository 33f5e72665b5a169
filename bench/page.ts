import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Browser, Page } from '@playwright/test'

import type { BatchItem } from '../src/model/batch.ts'
import type { Page as Listed } from '../src/model/page.ts'
import { scan } from '../tests/e2e/scanner.ts'
import { buildPage, clockOf, now, openBrowser, openPage, standstill } from './browser.ts'
import { FOLDER, dataFolder, seeded } from './data.ts'
import { type Result, atMost, median } from './results.ts'
import { KEY, type Running, start, startStationIn, withKey } from './station.ts'

/*
 * What somebody at the line waits for, in a real Chromium on the built page and a real station: every figure ends after the frame in
 * which it was to be seen. The station has a copy of the data, for scans and scripts write.
 */

const SCANS = 120
const OPENINGS = 60
const NAVIGATIONS = 9
const CREATED = 40
const FRAMES = 900
const SLOW_FRAME_MS = 50

const percentile = (values: readonly number[], share: number) =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))]!
const ms = (value: number) => value.toFixed(0)
const spread = (taken: readonly number[]) =>
  `p50 ${ms(median(taken))} · p99 ${ms(percentile(taken, 0.99))} · most ${ms(Math.max(...taken))} ms`

/** @param count how many batches there are, ten units each */
export async function measurePage(count: number): Promise<Result[]> {
  buildPage()
  withKey(count)
  const folder = mkdtempSync(join(FOLDER, 'page-'))
  try {
    cpSync(dataFolder(count), folder, { recursive: true })
    return await measureIn(folder, count)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function measureIn(folder: string, count: number): Promise<Result[]> {
  const station = await startStationIn(folder)
  try {
    const browser = await openBrowser()
    try {
      return [
        ...(await measureScans(browser, station)),
        await measureCreated(browser, station),
        ...(await measureStanding(browser, station, folder, count)),
      ]
    } finally {
      await browser.close()
    }
  } finally {
    await station.stop()
  }
}

async function ask<Answer>({ url }: Running, method: string, path: string, body?: object): Promise<Answer> {
  const response = await fetch(`${url}/v2${path}`, {
    method,
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}`)
  return (await response.json()) as Answer
}

async function opened(browser: Browser, station: Running, hash = ''): Promise<Page> {
  const page = await openPage(browser, station)
  await page.goto(`${station.url}/${hash}`)
  await page.getByTestId('verdict').waitFor()
  return page
}

async function closed(page: Page): Promise<void> {
  await page.context().close()
}

/** One scan: from when Enter, its last key, is given to the browser until its words are on the screen. */
async function timeScan(page: Page, ahead_ms: number, label: string, expected: RegExp): Promise<number> {
  let pressed = 0
  await page.evaluate("bench.await('next')")
  const until = () => {
    pressed = now()
    return Promise.resolve()
  }
  await scan(page, label, { held_up: { after: label.length, until } })
  const { at, text } = (await page.evaluate('bench.next')) as { at: number; text: string }
  if (!expected.test(text)) throw new Error(`the scan of ${label} was answered: ${text}`)
  return at - ahead_ms - pressed
}

async function measureScans(browser: Browser, station: Running): Promise<Result[]> {
  const number = 'BENCH-SCANS'
  await ask(station, 'POST', '/batches', { number })
  const serials = await serialsOf(station, SCANS + 5)
  const page = await opened(browser, station, `#/batches/${number}`)
  await page.getByRole('heading', { name: number }).waitFor()
  const ahead_ms = await clockOf(page)
  const moved: number[] = []
  for (const serial of serials)
    moved.push(await timeScan(page, ahead_ms, serial, /^Done Unit .* moved from .* to BENCH-SCANS\.$/))
  const batches = await ask<Listed<BatchItem>>(station, 'GET', `/batches?limit=${OPENINGS}&cursor=50`)
  const found: number[] = []
  for (const batch of batches.data)
    found.push(await timeScan(page, ahead_ms, batch.number, /^Done Batch .* is open\./))
  await closed(page)
  // The first ones compile what those after them use.
  const counted = moved.slice(5)
  return [
    {
      what: 'page: last key of a scan to its words, a unit moved, p99 ms',
      value: percentile(counted, 0.99),
      target: atMost(200),
      detail: `${spread(counted)}, ${counted.length} scans, each a write with synchronous=FULL`,
    },
    {
      what: 'page: last key of a scan to its words, a batch opened, p99 ms',
      value: percentile(found, 0.99),
      target: atMost(200),
      detail: `${spread(found)}, ${found.length} scans`,
    },
  ]
}

/** Units from here and there, none of them twice. */
async function serialsOf(station: Running, wanted: number): Promise<string[]> {
  const found: string[] = []
  for (let cursor = 0; found.length < wanted; cursor += 2_000) {
    const { data } = await ask<Listed<{ serial_number: string }>>(
      station,
      'GET',
      `/units?limit=25&cursor=${cursor}`,
    )
    found.push(...data.map(({ serial_number }) => serial_number))
  }
  return found.slice(0, wanted)
}

/** From before a script's request until its row is on the screen of somebody who looks at the list. */
async function measureCreated(browser: Browser, station: Running): Promise<Result> {
  const page = await opened(browser, station)
  await page.evaluate('bench.first')
  const ahead_ms = await clockOf(page)
  const chance = seeded(11)
  const seen: number[] = []
  const answered: number[] = []
  for (let i = 0; i < CREATED; i++) {
    // The page draws what changed a few times a second: a script comes at any moment of that.
    await page.waitForTimeout(chance() * 800)
    const number = `BENCH-ROW-${i}`
    await page.evaluate(`bench.await('seen', '${number}')`)
    const begun = now()
    await ask(station, 'POST', '/batches', { number })
    answered.push(now() - begun)
    const at: number = await page.evaluate('bench.seen')
    seen.push(at - ahead_ms - begun)
  }
  await closed(page)
  return {
    what: 'page: a batch made by a script to its row on screen, most, ms',
    value: Math.max(...seen),
    target: atMost(1_000),
    detail: `${spread(seen)}, ${CREATED} batches; the script has its answer after ${ms(median(answered))} ms`,
  }
}

/** The first rows, and scrolling: beside the same page standing still, which a bare server sends and no program moves. */
async function measureStanding(
  browser: Browser,
  station: Running,
  folder: string,
  count: number,
): Promise<Result[]> {
  const live = await opened(browser, station)
  await live.evaluate('bench.first')
  const file = join(folder, 'standstill.html')
  writeFileSync(file, await standstill(live))
  await closed(live)
  const fixed = await start(join('bench', 'fixed-server.ts'), [file, 'text/html; charset=utf-8'])
  try {
    return [
      await measureFirstRows(browser, station, fixed, count),
      await measureScrolling(browser, station, fixed, count),
    ]
  } finally {
    await fixed.stop()
  }
}

async function measureFirstRows(
  browser: Browser,
  station: Running,
  fixed: Running,
  count: number,
): Promise<Result> {
  const taken = { station: [] as number[], fixed: [] as number[] }
  for (let i = 0; i <= NAVIGATIONS; i++)
    for (const [name, { url }] of [
      ['station', station],
      ['fixed', fixed],
    ] as const) {
      const page = await openPage(browser, { url })
      await page.goto(url, { waitUntil: 'commit' })
      const at = (await page.evaluate('bench.first.then((at) => at - performance.timeOrigin)')) as number
      if (i > 0) taken[name].push(at)
      await closed(page)
    }
  return {
    what: 'page: navigation to the first rows, against the same page standing still',
    value: median(taken.station) / median(taken.fixed),
    detail: `p50 ${ms(median(taken.station))} against ${ms(median(taken.fixed))} ms, most ${ms(Math.max(...taken.station))}, nothing kept from before, ${count} batches`,
  }
}

/**
 * Scrolls as a finger does, some screens a second, and every second jumps far along the bar, where no page of rows was read yet.
 * @returns what lay between one frame and the next, ms
 */
const SCROLL = `new Promise((done) => {
  const list = document.querySelector('.long-list')
  const end = list.scrollHeight - list.clientHeight
  const between = []
  let last, frame = 0
  const step = (at) => {
    if (last !== undefined) between.push(at - last)
    last = at
    if (frame === ${FRAMES}) return done(between)
    if (frame % 60 === 59) list.scrollTop = end * ((frame * 0.382) % 1)
    else list.scrollTop += 120
    frame++
    requestAnimationFrame(step)
  }
  requestAnimationFrame(step)
})`

async function measureScrolling(
  browser: Browser,
  station: Running,
  fixed: Running,
  count: number,
): Promise<Result> {
  const slow: number[] = []
  const frames: number[][] = []
  for (const { url } of [station, fixed]) {
    const page = await openPage(browser, { url })
    await page.goto(url)
    await page.evaluate('bench.first')
    const between = (await page.evaluate(SCROLL)) as number[]
    frames.push(between)
    slow.push((100 * between.filter((gap) => gap > SLOW_FRAME_MS).length) / between.length)
    await closed(page)
  }
  return {
    what: `page: frames over ${SLOW_FRAME_MS} ms while scrolling far, %`,
    value: slow[0]!,
    detail: `${spread(frames[0]!)} between ${FRAMES} frames, ${count} batches; standing still ${slow[1]!.toFixed(2)} %, ${spread(frames[1]!)}`,
  }
}
