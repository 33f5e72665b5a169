import { type Arguments, type Flags, readArguments } from '../arguments.ts'
import { settingFlags } from '../config.ts'
import type { Problem } from '../problem.ts'

const USAGE = 'lotkeeper [--kiosk] [--hidden] [--no-window] [--data-dir DIR] [--port N] …'

/** `--hidden` waits in the tray, `--no-window` is the station alone, as a service starts it. */
const flags: Flags = { ...settingFlags, kiosk: false, hidden: false, 'no-window': false }

/** Chromium reads the same command line, and its own switches (and those of who tests it) are none of our business. */
const chromium =
  /^--(?:inspect|remote-|user-data-dir|no-sandbox|no-zygote|ozone-|lang|touch-|enable-|disable-|force-|use-|password-store|original-process-start-time|allow-file-access)/

/** What stands behind the program's name. */
export function readDesktopArguments(argv: readonly string[], appFolder: string): Arguments | Problem {
  const ours = argv.filter(
    (argument) => !chromium.test(argument) && argument !== '.' && argument !== appFolder,
  )
  return readArguments(ours, flags, USAGE)
}
