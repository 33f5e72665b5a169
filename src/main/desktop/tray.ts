import { app, Menu, nativeImage, Tray } from 'electron'

import type { App } from '../../http/app.ts'
import { textOf } from '../../http/wire.ts'
import { deskSettings, languages, type SyncState, syncState } from '../../model/desk.ts'
import { assets } from '../assets.ts'
import { ORIGIN } from './scheme.ts'
import { trayWords } from './tray-words.ts'

export interface StationTray {
  close(): void
}

interface TrayParts {
  /** Asked for what the page is told too; undefined while the station is another process. */
  readonly station: App | undefined
  readonly url: string
  readonly onOpen: () => void
  readonly onQuit: () => void
}

const REFRESH_MS = 5_000

/** A sign of life while the window is closed: how things stand, and the way back. */
export async function createTray(parts: TrayParts): Promise<StationTray> {
  const images = {
    calm: nativeImage.createFromPath(`${assets.icons}/tray.png`),
    attention: nativeImage.createFromPath(`${assets.icons}/tray-attention.png`),
  }
  const tray = new Tray(images.calm)
  let shown = ''
  tray.on('click', parts.onOpen)

  async function refresh(): Promise<void> {
    const words = trayWords[await readLanguage(parts.station)]
    const sync = await ask(parts.station, '/station/sync', syncState)
    const { status, grave } = summary(sync, words)
    if (tray.isDestroyed() || shown === status + words.open) return
    shown = status + words.open
    tray.setImage(grave ? images.attention : images.calm)
    tray.setToolTip(`Lotkeeper – ${status}`)
    tray.setContextMenu(
      Menu.buildFromTemplate([
        { id: 'status', label: status, enabled: false },
        { id: 'address', label: parts.url, enabled: false },
        { type: 'separator' },
        { id: 'open', label: words.open, click: parts.onOpen },
        { id: 'quit', label: words.quit, click: parts.onQuit },
      ]),
    )
  }

  await refresh()
  const timer = setInterval(() => void refresh(), REFRESH_MS)
  return {
    close() {
      clearInterval(timer)
      tray.destroy()
    },
  }
}

function summary(
  sync: SyncState | undefined,
  words: (typeof trayWords)['en'],
): { status: string; grave: boolean } {
  const count = (text: string, n: number) => text.replace('{n}', String(n))
  if (sync === undefined || sync.state === 'no_headquarters') return { status: words.running, grave: false }
  if (sync.state === 'refused' || sync.conflicts > 0) return { status: words.attention, grave: true }
  if (sync.state === 'offline') return { status: count(words.offline, sync.pending), grave: false }
  if (sync.state === 'behind') return { status: count(words.behind, sync.pending), grave: false }
  return { status: words.in_sync, grave: false }
}

async function readLanguage(station: App | undefined): Promise<(typeof languages)[number]> {
  const chosen = (await ask(station, '/station/settings', deskSettings))?.language ?? 'system'
  if (chosen !== 'system') return chosen
  return languages.find((language) => app.getLocale().toLowerCase().startsWith(language)) ?? 'en'
}

/** What the station answers to the operator; undefined where it cannot say. */
async function ask<Answer>(
  station: App | undefined,
  target: string,
  schema: { safeParse(value: unknown): { success: true; data: Answer } | { success: false } },
): Promise<Answer | undefined> {
  if (station === undefined) return undefined
  const nothing = new Uint8Array()
  const request = { method: 'GET', target, origin: ORIGIN, header: () => undefined, body: nothing }
  const answer = await station({ ...request, gone: () => false, onEnd: () => undefined })
  if (answer.status !== 200) return undefined
  const parsed = schema.safeParse(JSON.parse(await textOf(answer)))
  return parsed.success ? parsed.data : undefined
}
