import { readFileSync } from 'node:fs'
import { Script } from 'node:vm'

type Send = (
  kind: 'invoke' | 'send' | 'preload-error',
  channel: string,
  args: readonly unknown[],
) => Promise<{ readonly value?: unknown; readonly error?: string }>
type Preload = (
  require: (name: string) => unknown,
  module: object,
  exports: object,
  process: object,
  filename: string,
) => void

/**
 * Runs in the page before any of its scripts, and gives the built preload what a sandboxed preload has. Its text is sent to
 * Chromium, so it refers to nothing outside itself. Electron runs a preload in a world of its own; here a closure hides it.
 */
function boot(key: string, binding: string, filename: string, preload: Preload): void {
  const page = globalThis as unknown as Record<string, unknown> & Window
  const send = page[binding] as Send
  delete page[binding]
  if (page !== page.top || location.href === 'about:blank') return
  type Listener = (event: object, ...args: unknown[]) => void
  const listeners = new Map<string, Set<Listener>>()
  Object.defineProperty(page, key, {
    enumerable: false,
    value: (channel: string, args: readonly unknown[]) => {
      for (const listener of listeners.get(channel) ?? []) listener({}, ...args)
    },
  })
  const clone = (value: unknown): unknown => structuredClone(value)
  const ipcRenderer = {
    async invoke(channel: string, ...args: unknown[]) {
      const { value, error } = await send('invoke', channel, clone(args) as unknown[])
      if (error !== undefined) throw new Error(error)
      return value
    },
    send: (channel: string, ...args: unknown[]) => void send('send', channel, clone(args) as unknown[]),
    on(channel: string, listener: Listener) {
      listeners.set(channel, (listeners.get(channel) ?? new Set()).add(listener))
    },
    off: (channel: string, listener: Listener) => void listeners.get(channel)?.delete(listener),
  }

  /** What contextBridge lets across: copies, frozen; functions as proxies. */
  function copy(value: unknown, path: string): unknown {
    if (typeof value === 'function')
      return async (...args: unknown[]) =>
        copy(await (value as (...args: unknown[]) => unknown)(...args), `${path}()`)
    if (typeof value === 'symbol' || value === ipcRenderer)
      throw new Error(`contextBridge: ${path} may not cross`)
    if (value === null || typeof value !== 'object') return value
    if (Array.isArray(value)) return Object.freeze(value.map((part, i) => copy(part, `${path}[${i}]`)))
    return Object.freeze(
      Object.fromEntries(Object.entries(value).map(([name, part]) => [name, copy(part, `${path}.${name}`)])),
    )
  }
  const contextBridge = {
    exposeInMainWorld(name: string, api: unknown) {
      if (name in page) throw new Error(`Cannot bind an API on top of an existing property: ${name}`)
      Object.defineProperty(page, name, { value: copy(api, name), enumerable: true })
    },
  }
  const require = (name: string): unknown => {
    if (name === 'electron' || name === 'electron/renderer') return { contextBridge, ipcRenderer }
    throw new Error(`module not found: ${name}`)
  }
  try {
    preload(require, {}, {}, { type: 'renderer', sandboxed: true, env: {} }, filename)
  } catch (error) {
    console.error(`Unable to load preload script: ${filename}`, error)
    void send('preload-error', filename, [String(error)])
  }
}

/** @throws where Electron would refuse the file: an ES module, or no file at all */
export function preloadScript(file: string, key: string, binding: string): string {
  if (file.endsWith('.mjs')) throw new Error(`a sandboxed preload cannot be an ES module: ${file}`)
  const body = readFileSync(file, 'utf8')
  // The sandboxed loader wraps the text in a function: import and export do not stand in one.
  void new Script(`(function () {${body}\n})`, { filename: file })
  const values = [key, binding, file].map((value) => JSON.stringify(value)).join(', ')
  return `(${boot.toString()})(${values}, function (require, module, exports, process, __filename) {${body}\n})`
}
