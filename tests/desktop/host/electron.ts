/**
 * What `import … from 'electron'` finds in the host: Electron's main process without Electron, its windows being pages of a
 * real Chromium. Only what the app uses is here; an import that Electron has and the host lacks fails at once, by name.
 */
import { app } from './app.ts'
import { calls } from './calls.ts'
import { dialog, Menu, nativeImage, screen, shell, Tray } from './desk.ts'
import { ipcMain } from './ipc.ts'
import { protocol } from './serve.ts'
import { session } from './session.ts'
import { BrowserWindow } from './window.ts'

export { app, BrowserWindow, dialog, ipcMain, Menu, nativeImage, protocol, screen, session, shell, Tray }

/** For `evaluate` of launch.ts. */
export const electron = {
  app,
  BrowserWindow,
  calls,
  dialog,
  ipcMain,
  Menu,
  nativeImage,
  protocol,
  screen,
  session,
  shell,
  Tray,
}
