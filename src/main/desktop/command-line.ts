import { type Arguments, type Flags, readArguments } from '../../host/arguments.ts'
import { settingFlags } from '../config.ts'
import type { Problem } from '../../host/problem.ts'

const USAGE = 'lotkeeper [--kiosk] [--hidden] [--no-window] [--data-dir DIR] [--port N] …'

/** `--hidden` waits in the tray, `--no-window` is the station alone, as a service starts it. */
const flags: Flags = { ...settingFlags, kiosk: false, hidden: false, 'no-window': false }

/** How the app was started. */
export function readDesktopArguments(argv: readonly string[]): Arguments | Problem {
  return readArguments(argv, flags, USAGE)
}
