import { app } from 'electron'

/** The station in a window. */
export async function startDesktop(): Promise<void> {
  await app.whenReady()
}
