import type { languages } from '../../model/desk.ts'

type Language = (typeof languages)[number]

interface Words {
  readonly open: string
  readonly quit: string
  readonly running: string
  readonly in_sync: string
  readonly behind: string
  readonly offline: string
  readonly attention: string
}

export const trayWords: Readonly<Record<Language, Words>> = {
  en: {
    open: 'Open Lotkeeper',
    quit: 'Quit: the station stops',
    running: 'Station is working',
    in_sync: 'In sync with headquarters',
    behind: 'Changes only on this PC: {n}',
    offline: 'Offline. Changes only on this PC: {n}',
    attention: 'Needs attention',
  },
  de: {
    open: 'Lotkeeper öffnen',
    quit: 'Beenden: die Station hält an',
    running: 'Station arbeitet',
    in_sync: 'Mit der Zentrale abgeglichen',
    behind: 'Änderungen nur auf diesem PC: {n}',
    offline: 'Offline. Änderungen nur auf diesem PC: {n}',
    attention: 'Braucht Aufmerksamkeit',
  },
  fr: {
    open: 'Ouvrir Lotkeeper',
    quit: 'Quitter : la station s’arrête',
    running: 'La station fonctionne',
    in_sync: 'À jour avec le siège',
    behind: 'Modifications seulement sur ce PC : {n}',
    offline: 'Hors ligne. Modifications seulement sur ce PC : {n}',
    attention: 'Demande votre attention',
  },
  es: {
    open: 'Abrir Lotkeeper',
    quit: 'Salir: la estación se detiene',
    running: 'La estación funciona',
    in_sync: 'Al día con la central',
    behind: 'Cambios solo en este PC: {n}',
    offline: 'Sin conexión. Cambios solo en este PC: {n}',
    attention: 'Requiere atención',
  },
  zh: {
    open: '打开 Lotkeeper',
    quit: '退出：工作站停止',
    running: '工作站运行中',
    in_sync: '已与总部同步',
    behind: '仅在本机的更改：{n}',
    offline: '离线。仅在本机的更改：{n}',
    attention: '需要处理',
  },
}
