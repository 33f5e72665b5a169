import { EventEmitter } from 'node:events'

type Handler = (event: unknown, ...args: unknown[]) => unknown

class IpcMain extends EventEmitter {
  readonly handlers = new Map<string, Handler>()
  handle(channel: string, handler: Handler): void {
    const { handlers } = this
    if (handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`)
    handlers.set(channel, handler)
  }
  removeHandler = (channel: string): void => void this.handlers.delete(channel)
}

export const ipcMain = new IpcMain()

export type Outcome = { readonly value: unknown } | { readonly error: string }

/** `ipcRenderer.invoke`: of an error only its words cross. */
export async function invoke(channel: string, event: unknown, args: readonly unknown[]): Promise<Outcome> {
  const handler = ipcMain.handlers.get(channel)
  try {
    if (handler === undefined) throw new Error(`No handler registered for '${channel}'`)
    const value = await handler(event, ...args)
    return { value: plain(value) }
  } catch (error) {
    return { error: `Error invoking remote method '${channel}': ${String(error)}` }
  }
}

/**
 * The host carries plain data only, though structured clone carries more (dates, maps, bytes): a bridge that needs those needs
 * a richer host first. What structured clone refuses is refused.
 */
export function plain(value: unknown): unknown {
  if (value === undefined) return value
  return JSON.parse(
    JSON.stringify(value, (_name, part: unknown) => {
      if (typeof part === 'function' || typeof part === 'symbol' || typeof part === 'bigint')
        throw new Error('An object could not be cloned.')
      if (part instanceof Map || part instanceof Set || ArrayBuffer.isView(part))
        throw new Error('the host carries plain data only (tests/desktop/host/ipc.ts)')
      return part
    }),
  )
}
