import { startDesktop } from './desktop/desktop.ts'

// Never awaited: Electron is not ready before this file has run to its end, and what it starts waits for ready.
startDesktop()
