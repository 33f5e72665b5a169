/**
 * `node scripts/name-failures.ts DIR`: one line for each test that failed according to the reports in DIR, with the start of its
 * reason. It stands last in CI's log, where a reader who gets only the log's end still finds it.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

interface VitestReport {
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly message: string
    readonly assertionResults: readonly {
      readonly status: string
      readonly fullName: string
      readonly failureMessages: readonly string[]
    }[]
  }[]
}

interface PlaywrightSuite {
  readonly suites?: readonly PlaywrightSuite[]
  readonly specs?: readonly {
    readonly file: string
    readonly title: string
    readonly tests: readonly {
      readonly status: string
      readonly results: readonly { readonly errors: readonly { readonly message?: string }[] }[]
    }[]
  }[]
}

const folder = process.argv[2] ?? ''

function report<T>(name: string): T | null {
  const file = join(folder, name)
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as T) : null
}

const REASON_LENGTH = 1_500

function say(file: string, title: string, reason: string | undefined): void {
  const text = stripVTControlCharacters(reason ?? 'no reason was reported')
    .trim()
    .slice(0, REASON_LENGTH)
  console.log(`FAILED ${relative(process.cwd(), file)} > ${title}\n  ${text.replaceAll('\n', '\n  ')}`)
}

function sayOf(suite: PlaywrightSuite): void {
  for (const spec of suite.specs ?? []) {
    for (const test of spec.tests) {
      if (test.status !== 'unexpected' && test.status !== 'flaky') continue
      say(join('tests', spec.file), spec.title, test.results.flatMap((result) => result.errors)[0]?.message)
    }
  }
  for (const inner of suite.suites ?? []) sayOf(inner)
}

for (const file of report<VitestReport>('vitest.json')?.testResults ?? []) {
  const failed = file.assertionResults.filter((test) => test.status === 'failed')
  for (const test of failed) say(file.name, test.fullName, test.failureMessages[0])
  if (file.status === 'failed' && failed.length === 0) say(file.name, 'the whole file', file.message)
}
const pages = report<PlaywrightSuite & { readonly errors: readonly { readonly message?: string }[] }>(
  'playwright.json',
)
if (pages) sayOf(pages)
for (const error of pages?.errors ?? []) say('tests', 'Playwright itself', error.message)
