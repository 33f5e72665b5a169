import { startDesktop } from './desktop/desktop.ts'

await startDesktop()
