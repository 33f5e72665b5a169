/**
 * `npm test`: every test, in Vitest (everything without a page) and Playwright (the page and the built app in a real Chromium).
 * With files or folders, only those: `npm test -- tests/model tests/desktop/window.spec.ts`.
 * `--reports DIR` also writes vitest.json and playwright.json there, for .ci/run.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const root = join(import.meta.dirname, '..')

const { values, positionals } = parseArgs({
  options: { reports: { type: 'string' } },
  allowPositionals: true,
})

/** Where tests look into a page. */
const needsPage = (path: string) => /\.spec\.ts(?::\d+)?$|tests\/(?:desktop|e2e)\b/.test(path)

function run(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): boolean {
  const { status } = spawnSync(process.execPath, [join(root, 'node_modules', program), ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  })
  return status === 0
}

function vitest(files: readonly string[]): boolean {
  const reports = values.reports
    ? ['--reporter=default', '--reporter=json', `--outputFile.json=${join(values.reports, 'vitest.json')}`]
    : []
  return run('vitest/vitest.mjs', ['run', ...reports, ...files])
}

function playwright(files: readonly string[]): boolean {
  if (values.reports === undefined) return run('@playwright/test/cli.js', ['test', ...files])
  const PLAYWRIGHT_JSON_OUTPUT_NAME = join(values.reports, 'playwright.json')
  return run('@playwright/test/cli.js', ['test', '--reporter=list,json', ...files], {
    PLAYWRIGHT_JSON_OUTPUT_NAME,
  })
}

const pages = positionals.filter(needsPage)
const others = positionals.filter((path) => !needsPage(path))
const all = positionals.length === 0
// One after the other: both measure time, and both take every core.
const green = [
  all || others.length > 0 ? vitest(others) : true,
  all || pages.length > 0 ? playwright(pages) : true,
]
process.exitCode = green.every(Boolean) ? 0 : 1
