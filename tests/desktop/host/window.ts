import { EventEmitter } from 'node:events'
import { isAbsolute } from 'node:path'
import type { CDPSession, Page } from 'playwright-core'

import { fromChromium, toChromium } from './address.ts'
import { app, Preventable } from './app.ts'
import { newPage } from './browser.ts'
import { record, recorders } from './calls.ts'
import { invoke, ipcMain } from './ipc.ts'
import { preloadScript } from './preload.ts'
import { decidePermissions } from './session.ts'

interface Options {
  readonly x?: number
  readonly y?: number
  readonly width?: number
  readonly height?: number
  readonly show?: boolean
  readonly title?: string
  readonly kiosk?: boolean
  readonly webPreferences?: {
    readonly preload?: string
    readonly sandbox?: boolean
    readonly contextIsolation?: boolean
    readonly nodeIntegration?: boolean
    readonly webSecurity?: boolean
  }
}

type OpenHandler = (details: { readonly url: string }) => { readonly action: 'allow' | 'deny' }

class WebContents extends EventEmitter {
  readonly window: BrowserWindow
  openHandler: OpenHandler = () => ({ action: 'allow' })
  constructor(window: BrowserWindow) {
    super()
    this.window = window
  }
  getURL = (): string => fromChromium(this.window.page?.url() ?? '')
  setWindowOpenHandler = (handler: OpenHandler): void => void (this.openHandler = handler)
  send(channel: string, ...args: unknown[]): void {
    void this.window.page
      ?.evaluate(
        ([key, name, sent]) =>
          (globalThis as unknown as Record<string, (name: string, args: unknown) => void>)[key]!(name, sent),
        [this.window.key, channel, args] as const,
      )
      .catch(() => undefined)
  }
  forcefullyCrashRenderer = (): void => void this.window.debug?.send('Page.crash').catch(() => undefined)
}

export class BrowserWindow extends EventEmitter {
  static readonly all = new Set<BrowserWindow>()
  static getAllWindows = (): BrowserWindow[] => [...BrowserWindow.all]
  static getFocusedWindow = (): BrowserWindow | null => BrowserWindow.getAllWindows()[0] ?? null

  readonly options: Options
  readonly webContents: WebContents
  readonly key = `__host${Math.random().toString(36).slice(2)}`
  page: Page | undefined
  debug: CDPSession | undefined
  #attached: Promise<void>
  #loading = false
  #crashed = false
  #gone = false
  #visible: boolean
  #minimized = false
  #maximized = false
  #kiosk: boolean
  #bounds: { x: number; y: number; width: number; height: number }

  constructor(options: Options = {}) {
    super()
    if (!app.isReady()) throw new Error('Cannot create BrowserWindow before app is ready')
    const { sandbox, contextIsolation, nodeIntegration, webSecurity, preload } = options.webPreferences ?? {}
    if (sandbox === false || contextIsolation === false || nodeIntegration === true || webSecurity === false)
      throw new Error('the host runs sandboxed, isolated pages only')
    if (preload !== undefined && !isAbsolute(preload)) throw new Error('preload must be an absolute path')
    const { x = 0, y = 0, width = 800, height = 600 } = options
    this.options = options
    this.#visible = options.show !== false
    this.#kiosk = options.kiosk ?? false
    this.#bounds = { x, y, width, height }
    this.webContents = new WebContents(this)
    BrowserWindow.all.add(this)
    this.#attached = this.#attach()
    this.#attached.catch((error: unknown) => {
      console.error(error)
      process.exit(71)
    })
    app.emit('web-contents-created', {}, this.webContents)
    app.emit('browser-window-created', {}, this)
  }

  async #attach(): Promise<void> {
    const page = await newPage()
    this.page = page
    this.#crashed = false
    await page.setViewportSize({ width: this.#bounds.width, height: this.#bounds.height })
    const binding = `${this.key}b`
    await page.exposeBinding(binding, ({ frame }, kind: string, channel: string, args: unknown[]) => {
      const parent = frame.parentFrame() === null ? null : {}
      const event = { sender: this.webContents, senderFrame: { url: fromChromium(frame.url()), parent } }
      if (kind === 'invoke') return invoke(channel, event, args)
      if (kind === 'send') ipcMain.emit(channel, event, ...args)
      else {
        record('preload-error', channel, ...args)
        this.webContents.emit('preload-error', {}, channel, args[0])
      }
      return {}
    })
    const { preload } = this.options.webPreferences ?? {}
    if (preload !== undefined) await page.addInitScript(preloadScript(preload, this.key, binding))
    page.on('load', () => {
      this.webContents.emit('did-finish-load', {})
      this.emit('ready-to-show', {})
    })
    page.on('close', () => {
      if (this.page === page) this.#closed()
    })
    page.on('crash', () => {
      this.#crashed = true
      this.webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 5 })
    })
    await this.#watch(page)
  }

  async #watch(page: Page): Promise<void> {
    this.debug = await page.context().newCDPSession(page)
    // With or without an opener: a link with rel=noopener never becomes a popup that Playwright would tell of.
    this.debug.on('Page.windowOpen', ({ url }) => {
      const { action } = this.webContents.openHandler({ url: fromChromium(url) })
      record('window-open', fromChromium(url), action)
      if (action !== 'deny') throw new Error(`window.open(${url}): the host opens no windows for pages`)
    })
    await this.debug.send('Page.enable')
    await page.route('**/*', async (route) => {
      const request = route.request()
      const started = request.isNavigationRequest() && request.frame() === page.mainFrame() && !this.#loading
      if (!started) return route.fallback()
      const event = Object.assign(new Preventable(), { url: fromChromium(request.url()) })
      this.webContents.emit('will-navigate', event, event.url)
      record('will-navigate', event.url, event.defaultPrevented)
      return event.defaultPrevented ? route.abort('aborted') : route.fallback()
    })
  }

  async loadURL(url: string): Promise<void> {
    await this.#attached
    if (this.#crashed) {
      // Chromium would start a new process for the same window; a crashed page of Playwright stays crashed.
      const crashed = this.page
      await (this.#attached = this.#attach())
      await crashed?.close().catch(() => undefined)
    }
    for (const { name, setting } of decidePermissions(url))
      await this.debug?.send('Browser.setPermission', {
        permission: { name },
        setting,
        origin: toChromium(url).split('/').slice(0, 3).join('/'),
      })
    this.#loading = true
    try {
      await this.page!.goto(toChromium(url))
    } finally {
      this.#loading = false
    }
  }
  loadFile = (file: string): never => {
    throw new Error(`loadFile(${file}): pages have the rights of a file there; serve them by a scheme`)
  }

  #closed(): void {
    if (this.#gone) return
    this.#gone = true
    BrowserWindow.all.delete(this)
    this.emit('closed', {})
    if (BrowserWindow.all.size > 0 || app.quitting) return
    if (app.listenerCount('window-all-closed') > 0) app.emit('window-all-closed')
    else app.quit()
  }
  /** @returns false if a listener refused */
  async tryClose(): Promise<boolean> {
    const event = new Preventable()
    this.emit('close', event)
    if (event.defaultPrevented) return false
    await this.#end()
    return true
  }
  async #end(): Promise<void> {
    await this.#attached.catch(() => undefined)
    await this.page?.close().catch(() => undefined)
    this.#closed()
  }
  close = (): void => void this.tryClose()
  destroy = (): void => void this.#end()

  show(): void {
    this.#visible = true
    this.emit('show')
  }
  hide(): void {
    this.#visible = false
    this.emit('hide')
  }
  focus = (): void => record('BrowserWindow.focus')
  minimize = (): void => void (this.#minimized = true)
  restore = (): void => void (this.#minimized = false)
  maximize(): void {
    this.#maximized = true
    this.emit('maximize')
  }
  unmaximize(): void {
    this.#maximized = false
    this.emit('unmaximize')
  }
  setKiosk = (kiosk: boolean): void => void (this.#kiosk = kiosk)
  isKiosk = (): boolean => this.#kiosk
  isVisible = (): boolean => this.#visible
  isMinimized = (): boolean => this.#minimized
  isMaximized = (): boolean => this.#maximized
  isDestroyed = (): boolean => this.#gone
  getBounds = (): object => ({ ...this.#bounds })
  getNormalBounds = (): object => ({ ...this.#bounds })
  setBounds(bounds: Partial<{ x: number; y: number; width: number; height: number }>): void {
    Object.assign(this.#bounds, bounds)
    this.emit('resized')
    this.emit('moved')
  }
  removeMenu = recorders('BrowserWindow', ['removeMenu']).removeMenu
}

export async function closeWindows(): Promise<boolean> {
  for (const window of BrowserWindow.getAllWindows()) if (!(await window.tryClose())) return false
  return true
}
