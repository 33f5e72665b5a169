/**
 * The Chromium of the page tests: CHROMIUM_PATH, or the one that is installed; on Debian and as root it is installed where it
 * is missing, anywhere else a person is told what to install.
 */
import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  String.raw`C:\Program Files\Google\Chrome\Application\chrome.exe`,
  String.raw`C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe`,
]

/** The fonts make screenshots the same on every machine, in all languages of the page. */
const PACKAGES = [
  'chromium',
  'fonts-inter',
  'fonts-liberation',
  'fonts-noto-core',
  'fonts-noto-color-emoji',
  'fonts-noto-cjk',
]

/** A test's browser calls nobody by itself. */
export const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export function findChromium(): string | undefined {
  const given = process.env['CHROMIUM_PATH']
  return (given ? [given] : PLACES).find(isProgram)
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** @throws what a person must install, in words */
export function getChromium(): string {
  const found = findChromium()
  if (found !== undefined) return found
  const install = `apt-get install -y --no-install-recommends ${PACKAGES.join(' ')}`
  const given = process.env['CHROMIUM_PATH']
  if (given) throw new Error(`CHROMIUM_PATH names ${given}, which is no program.`)
  if (process.platform === 'linux' && process.getuid?.() === 0 && isProgram('/usr/bin/apt-get')) {
    console.error(`No Chromium here: ${install}`)
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    for (const command of ['apt-get update', install])
      spawnSync('sh', ['-c', command], { env, stdio: ['ignore', 'ignore', 'inherit'] })
    const installed = findChromium()
    if (installed !== undefined) return installed
  }
  throw new Error(
    `The page tests need a Chromium. On Debian or Ubuntu: sudo ${install}. Elsewhere install Chrome or Chromium, or name one in CHROMIUM_PATH.`,
  )
}

if (import.meta.main) console.log(getChromium())
