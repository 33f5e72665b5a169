import { EventEmitter } from 'node:events'
import { existsSync } from 'node:fs'

import { app } from './app.ts'
import { record } from './calls.ts'

/** What stands on the desk around the windows: menus, tray, dialogs, screens. Logic only; nothing is drawn. */
interface MenuTemplate {
  readonly id?: string
  readonly label?: string
  readonly type?: string
  readonly enabled?: boolean
  readonly role?: string
  readonly click?: () => void
}

export class Menu {
  static application: Menu | null = null
  static buildFromTemplate = (template: readonly MenuTemplate[]): Menu => new Menu(template)
  static setApplicationMenu = (menu: Menu | null): void => void (Menu.application = menu)
  static getApplicationMenu = (): Menu | null => Menu.application
  readonly items: readonly MenuTemplate[]
  constructor(items: readonly MenuTemplate[] = []) {
    this.items = items
  }
  getMenuItemById = (id: string): MenuTemplate | null => this.items.find((item) => item.id === id) ?? null
}

export class Tray extends EventEmitter {
  static readonly all: Tray[] = []
  menu: Menu | null = null
  tip = ''
  image: unknown
  #destroyed = false
  constructor(image: unknown) {
    super()
    if (!app.isReady()) throw new Error('Cannot create Tray before app is ready')
    this.image = image
    Tray.all.push(this)
  }
  setToolTip = (tip: string): void => void (this.tip = tip)
  setContextMenu = (menu: Menu): void => void (this.menu = menu)
  setImage = (image: unknown): void => void (this.image = image)
  destroy = (): void => void (this.#destroyed = true)
  isDestroyed = (): boolean => this.#destroyed
}

export const nativeImage = {
  createFromPath(path: string) {
    if (!existsSync(path)) record('nativeImage.missing', path)
    return { path, isEmpty: () => !existsSync(path) }
  },
}

export const dialog = {
  showErrorBox: (title: string, content: string): void => record('dialog.showErrorBox', title, content),
}

export const shell = {
  openExternal: (url: string): Promise<void> => Promise.resolve(record('shell.openExternal', url)),
}

const area = { x: 0, y: 0, width: 1920, height: 1040 }
export const screen = {
  getPrimaryDisplay: () => ({ id: 1, bounds: { ...area, height: 1080 }, workArea: area, scaleFactor: 1 }),
  getAllDisplays: () => [screen.getPrimaryDisplay()],
}
