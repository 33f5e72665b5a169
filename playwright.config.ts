import { defineConfig } from '@playwright/test'

import { CHROMIUM_ARGS, findChromium } from './scripts/get-chromium.ts'

const executablePath = findChromium()

export default defineConfig({
  testDir: 'tests',
  testMatch: '**/*.spec.ts',
  // Each file has a station and a Chromium of its own. A scanner is told from a typist by milliseconds: two Chromiums on a
  // machine of two cores would take them from each other.
  workers: 1,
  // As in vitest.config.ts: the limits are for what hangs, not for what is slow.
  timeout: 60_000,
  expect: { timeout: 15_000 },
  forbidOnly: true,
  globalSetup: './tests/desktop/global-setup.ts',
  outputDir: 'test-results',
  reporter: 'list',
  use: {
    viewport: { width: 1280, height: 800 },
    launchOptions: { args: CHROMIUM_ARGS, ...(executablePath === undefined ? {} : { executablePath }) },
  },
})
