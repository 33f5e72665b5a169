import { EventEmitter } from 'node:events'
import { existsSync, mkdirSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

import { record, recorders } from './calls.ts'

/** Told to the process by launch.ts. */
export const appFolder = resolve(process.env['TEST_HOST_APP'] ?? '.')
const manifest = JSON.parse(readFileSync(join(appFolder, 'package.json'), 'utf8')) as {
  readonly name: string
  readonly version: string
}

/** An event that can be refused. */
export class Preventable {
  defaultPrevented = false
  preventDefault = (): void => {
    this.defaultPrevented = true
  }
}

/** Chromium and its windows, told apart here so that this file starts none. */
interface Ending {
  closeWindows(): Promise<boolean>
  closeBrowser(): Promise<void>
}

class App extends EventEmitter {
  readonly isPackaged = process.env['TEST_HOST_PACKAGED'] === '1'
  readonly name = manifest.name
  readonly commandLine = recorders('app.commandLine', ['appendSwitch', 'appendArgument'])
  #ready = false
  #quitting = false
  #ending: Ending | undefined
  #paths: Record<string, string> = {
    home: homedir(),
    temp: tmpdir(),
    exe: process.execPath,
    userData: join(process.env['TEST_HOST_USER_DATA'] ?? tmpdir(), manifest.name),
  }

  isReady = (): boolean => this.#ready
  whenReady = (): Promise<void> =>
    this.#ready ? Promise.resolve() : new Promise((done) => void this.once('ready', () => done()))
  getName = (): string => this.name
  getVersion = (): string => manifest.version
  getAppPath = (): string => appFolder
  getLocale = (): string => process.env['TEST_HOST_LOCALE'] ?? 'en-US'
  getPath(name: string): string {
    const path = this.#paths[name]
    if (path === undefined) throw new Error(`Failed to get '${name}' path`)
    mkdirSync(path.endsWith('node') ? tmpdir() : path, { recursive: true })
    return path
  }
  setPath(name: string, path: string): void {
    if (!existsSync(path)) throw new Error(`Failed to set path: '${path}' does not exist`)
    if (name === 'userData' && this.#locked)
      throw new Error("setPath('userData') after the lock: it lies there")
    this.#paths[name] = path
  }

  enableSandbox(): void {
    if (this.#ready) throw new Error('app.enableSandbox() can only be called before app is ready')
    record('app.enableSandbox')
  }
  #loginItem = false
  setLoginItemSettings(settings: { readonly openAtLogin?: boolean }): void {
    record('app.setLoginItemSettings', settings)
    this.#loginItem = settings.openAtLogin ?? false
  }
  getLoginItemSettings = (): { openAtLogin: boolean } => ({ openAtLogin: this.#loginItem })

  #locked = false
  requestSingleInstanceLock(additionalData?: unknown): boolean {
    const lock = join(this.getPath('userData'), 'HostLock')
    const letters = join(this.getPath('userData'), 'HostLetters')
    mkdirSync(letters, { recursive: true })
    if (isAlive(lock)) {
      const letter = { argv: process.argv, cwd: process.cwd(), additionalData }
      writeFileSync(join(letters, `${process.pid}.part`), JSON.stringify(letter))
      writeFileSync(join(letters, `${process.pid}.json`), JSON.stringify(letter))
      return false
    }
    this.#locked = true
    writeFileSync(lock, String(process.pid))
    process.on('exit', () => rmSync(lock, { force: true }))
    watch(letters, { persistent: false }, (_type, name) => {
      if (!name?.endsWith('.json') || !existsSync(join(letters, name))) return
      const text = readFileSync(join(letters, name), 'utf8')
      if (text === '') return
      rmSync(join(letters, name))
      const { argv, cwd, additionalData: data } = JSON.parse(text) as Record<string, unknown>
      this.emit('second-instance', {}, argv, cwd, data)
    })
    return true
  }

  /** `ready` comes once the entry has run to its end, as in Electron: an entry that waits for it waits for ever. */
  becomeReady(ending: Ending): void {
    this.#ending = ending
    this.#ready = true
    this.emit('ready', {}, {})
  }
  get quitting(): boolean {
    return this.#quitting
  }
  quit = (): void => void this.#quit()
  async #quit(): Promise<void> {
    if (this.#quitting) return
    if (!this.#ready) return this.exit(0)
    const event = new Preventable()
    this.emit('before-quit', event)
    if (event.defaultPrevented) return
    this.#quitting = true
    if (!(await this.#ending!.closeWindows())) {
      this.#quitting = false
      return
    }
    this.emit('will-quit', event)
    if (event.defaultPrevented) this.#quitting = false
    else this.exit(0)
  }
  exit = (code = 0): void => {
    this.#quitting = true
    this.emit('quit', {}, code)
    void (this.#ending?.closeBrowser() ?? Promise.resolve()).finally(() => process.exit(code))
  }
}

function isAlive(lock: string): boolean {
  try {
    const holder = Number(readFileSync(lock, 'utf8'))
    process.kill(holder, 0)
    return holder !== process.pid
  } catch {
    return false
  }
}

export const app = Object.assign(
  new App(),
  recorders('app', ['setAppUserModelId', 'relaunch', 'focus', 'disableHardwareAcceleration']),
)
