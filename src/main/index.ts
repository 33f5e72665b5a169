import { surroundings } from './config.ts'

/**
 * The packaged program: `lotkeeper keys list` is the command line, anything else the app. Nothing here waits for Electron to be
 * ready: it is not before this file has run to its end, so the app waits on its own.
 */
const [word] = surroundings().argv
if (word !== undefined && !word.startsWith('-')) {
  await import('../cli/index.ts')
  const { exitApp } = await import('./desktop/exit.ts')
  exitApp()
} else {
  const { startDesktop } = await import('./desktop/desktop.ts')
  startDesktop()
}
