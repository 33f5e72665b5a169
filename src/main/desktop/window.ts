import { app, BrowserWindow } from 'electron'

import { assets } from '../assets.ts'
import type { Log } from '../../host/log.ts'
import { keepWindowState, readWindowState } from './window-state.ts'

export interface StationWindow {
  /** Brings the window to the front, made anew if it is gone. */
  show(): void
  readonly kiosk: boolean
  setKiosk(kiosk: boolean): void
  /** From now on closing means closing. */
  release(): void
}

export interface WindowParts {
  /** Address of the page. */
  readonly page: string
  readonly state_file: string
  /** Full screen for this start, whatever was kept. */
  readonly kiosk: boolean
  readonly log: Log | undefined
}

/** A page that ends this often within a minute would end again at once: it rests before the next try. */
const CRASHES_MAX = 5
const REST_MS = 60_000
/** How long a page may be stuck before it is ended and loaded anew; nobody has a keyboard to do it by hand. */
const STUCK_MS = 15_000

/**
 * The operator's window. Hidden when closed, never the end of the station: scripts and the tester go on working through its
 * API. A page that crashes or hangs is loaded again.
 */
export function createWindow(parts: WindowParts): StationWindow {
  const { state_file, log } = parts
  let state = readWindowState(state_file)
  let kiosk = parts.kiosk || state.kiosk
  let released = false
  let window: BrowserWindow | undefined
  let crashes: number[] = []

  function open(): BrowserWindow {
    const { x, y, width, height } = state
    const made = new BrowserWindow({
      ...(x === undefined || y === undefined ? {} : { x, y }),
      width,
      height,
      minWidth: 640,
      minHeight: 480,
      show: false,
      title: 'Lotkeeper',
      icon: `${assets.icons}/lotkeeper.png`,
      autoHideMenuBar: true,
      kiosk,
      webPreferences: {
        preload: assets.preload,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webSecurity: true,
        webviewTag: false,
        navigateOnDragDrop: false,
        spellcheck: false,
        devTools: !app.isPackaged,
      },
    })
    made.removeMenu()
    made.once('ready-to-show', () => appear(made))
    made.on('resized', keep)
    made.on('moved', keep)
    made.on('maximize', keep)
    made.on('unmaximize', keep)
    made.on('close', (event) => {
      keep()
      if (released) return
      event.preventDefault()
      if (kiosk) return
      made.hide()
    })
    made.on('closed', () => {
      if (window === made) window = undefined
    })
    watchPage(made)
    load(made)
    return made
  }

  function load(made: BrowserWindow): void {
    made.loadURL(parts.page).catch((error: unknown) => {
      if (made.isDestroyed() || released) return
      log?.error({ error: String(error) }, 'the page did not load')
      appear(made)
    })
  }

  function appear(made: BrowserWindow): void {
    if (made.isDestroyed() || made.isVisible()) return
    if (state.maximized && !kiosk) made.maximize()
    made.show()
  }

  /** The page is another process: what happens to it happens to nothing else. */
  function watchPage(made: BrowserWindow): void {
    const { webContents } = made
    let stuck: NodeJS.Timeout | undefined
    let pause: NodeJS.Timeout | undefined
    webContents.on('render-process-gone', (_event, { reason }) => {
      if (released || made.isDestroyed()) return
      log?.error({ reason }, 'the page ended unexpectedly')
      const now = performance.now()
      crashes = [...crashes.filter((at) => now - at < 60_000), now]
      if (crashes.length <= CRASHES_MAX) return load(made)
      crashes = []
      pause = setTimeout(() => load(made), REST_MS)
    })
    made.on('unresponsive', () => {
      log?.warn({}, 'the page does not answer')
      stuck = setTimeout(() => webContents.forcefullyCrashRenderer(), STUCK_MS)
    })
    made.on('responsive', () => clearTimeout(stuck))
    made.on('closed', () => {
      clearTimeout(stuck)
      clearTimeout(pause)
    })
  }

  function keep(): void {
    if (window === undefined || window.isDestroyed()) return
    const bounds = kiosk ? state : window.getNormalBounds()
    const { x, y, width, height } = bounds
    state = {
      ...(x === undefined || y === undefined ? {} : { x, y }),
      width,
      height,
      maximized: kiosk ? state.maximized : window.isMaximized(),
      kiosk: state.kiosk,
    }
    keepWindowState(state_file, state)
  }

  return {
    show() {
      if (window === undefined) {
        // It shows itself when its first picture is ready: no white flash.
        window = open()
        return
      }
      if (window.isMinimized()) window.restore()
      if (!window.isVisible()) window.show()
      window.focus()
    },
    get kiosk() {
      return kiosk
    },
    setKiosk(wanted) {
      kiosk = wanted
      state = { ...state, kiosk: wanted }
      keepWindowState(state_file, state)
      window?.setKiosk(wanted)
    },
    release() {
      released = true
    },
  }
}
