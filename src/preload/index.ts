import { contextBridge } from 'electron'

contextBridge.exposeInMainWorld('lotkeeper', {})
