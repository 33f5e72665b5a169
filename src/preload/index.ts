import { contextBridge, ipcRenderer } from 'electron'

import { type Bridge, type ShellAnswer, shellChannels } from '../model/bridge.ts'

const bridge: Bridge = {
  getShellSettings: () => ipcRenderer.invoke(shellChannels.getShellSettings) as Promise<ShellAnswer>,
  updateShellSettings: (change) =>
    ipcRenderer.invoke(shellChannels.updateShellSettings, change) as Promise<ShellAnswer>,
}

contextBridge.exposeInMainWorld('lotkeeper', bridge)
