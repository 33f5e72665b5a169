import { app } from 'electron'

/** Ends Electron with the exit code that was set: a command has run, no window is wanted. */
export function exitApp(): void {
  app.exit(Number(process.exitCode ?? 0))
}
