import { ipcMain, type IpcMainInvokeEvent } from 'electron'
import { z } from 'zod'

import { type Bridge, type ShellAnswer, type ShellSettings, shellChannels } from '../../model/bridge.ts'
import { codeOf, wordsOf } from '../../host/problem.ts'

const change = z.strictObject({
  start_with_system: z.boolean().optional(),
  kiosk: z.boolean().optional(),
})

export interface ShellSettingsParts {
  readonly home: string
  readonly read: () => ShellSettings
  /** @throws what a person should read */
  readonly update: (change: { [Name in keyof ShellSettings]?: ShellSettings[Name] | undefined }) => void
}

/** The page's settings that are the shell's: the only thing that does not go through HTTP. */
export function serveShellSettings({ home, read, update }: ShellSettingsParts): void {
  const settings = (): ShellAnswer => ({ kind: 'settings', settings: read() })
  answer(home, 'getShellSettings', settings)
  answer(home, 'updateShellSettings', (sent) => {
    const parsed = change.safeParse(sent)
    if (!parsed.success) return { kind: 'refused', message: parsed.error.issues[0]!.message, technical: '' }
    try {
      update(parsed.data)
      return settings()
    } catch (error) {
      return { kind: 'refused', message: wordsOf(error), technical: codeOf(error) }
    }
  })
}

/** Every handler goes through here: whoever is not the page itself, in its own window, gets no answer. */
function answer(home: string, name: keyof Bridge, handle: (sent: unknown) => ShellAnswer): void {
  ipcMain.handle(shellChannels[name], (event, sent: unknown) => {
    if (!fromPage(event, home)) throw new Error('Forbidden: only the page of this window may ask')
    return handle(sent)
  })
}

function fromPage({ senderFrame }: IpcMainInvokeEvent, home: string): boolean {
  // A frame that navigated away meanwhile is null; a frame within the page is nobody we know.
  return senderFrame !== null && senderFrame.parent === null && senderFrame.url.startsWith(`${home}/`)
}
