import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { app, dialog, Menu } from 'electron'

import { type Config, readConfig, type Surroundings, surroundings } from '../config.ts'
import { keepYoungObjectsFew } from '../../host/memory.ts'
import { folderProblem } from '../../host/folder.ts'
import { isProblem, type Problem, problem, problemLine, wordsOf } from '../../host/problem.ts'
import { type Station, startStation } from '../station.ts'
import { readDesktopArguments } from './command-line.ts'
import { guardPages } from './guard.ts'
import { findRunningStation } from './running-station.ts'
import { ORIGIN, registerScheme, type Scheme, serveScheme } from './scheme.ts'
import { serveShellSettings } from './shell-settings.ts'
import { startWithSystem } from './start-with-system.ts'
import { createTray, type StationTray } from './tray.ts'
import { createWindow, type StationWindow } from './window.ts'

/**
 * The station in a window. Up to `ready` everything happens at once, in this order, as Electron wants it: privileged scheme,
 * folder of the window, single instance. After it: station, page's origin, window, tray. To stop: windows, what the page has
 * sent, station.
 */
export function startDesktop(): void {
  keepYoungObjectsFew()
  const around = surroundings()
  const started = prepare(around)
  if (isProblem(started)) return giveUp(started)
  const { config, flags } = started
  if (!app.requestSingleInstanceLock()) return app.quit()

  const desk = openDesk(around, config, flags)
  app.on('second-instance', () => desk.show())
  app.on('activate', () => desk.show())
  // The tray stays, and the station with it.
  app.on('window-all-closed', () => undefined)
  app.on('before-quit', () => desk.release())
  app.on('will-quit', (event) => {
    event.preventDefault()
    void desk.close().finally(() => app.exit())
  })
  void app
    .whenReady()
    .then(() => desk.open())
    .catch((error: unknown) =>
      problem(`the window could not be opened (${wordsOf(error)})`, 'Start it again'),
    )
    .then((failed) => failed && desk.close().finally(() => giveUp(failed)))
}

interface Prepared {
  readonly config: Config
  readonly flags: Readonly<Record<string, string>>
}

function prepare(around: Surroundings): Prepared | Problem {
  registerScheme()
  app.enableSandbox()
  const given = readDesktopArguments(around.argv)
  if (isProblem(given)) return given
  const config = readConfig(around, given.flags)
  if (isProblem(config)) return config
  if (config.origin.data_dir !== 'default') {
    // A station with a folder of its own has a window of its own, and may run beside another.
    const folder = join(config.settings.data_dir, 'window')
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
    } catch (error) {
      return folderProblem(config.settings.data_dir, error)
    }
    app.setPath('userData', folder)
  }
  return { config, flags: given.flags }
}

interface Desk {
  open(): Promise<Problem | undefined>
  show(): void
  /** Windows may close for good now. */
  release(): void
  close(): Promise<void>
}

function openDesk(around: Surroundings, config: Config, flags: Readonly<Record<string, string>>): Desk {
  const windowless = 'no-window' in flags
  let station: Station | undefined
  let scheme: Scheme | undefined
  let window: StationWindow | undefined
  let tray: StationTray | undefined
  let released = false

  async function open(): Promise<Problem | undefined> {
    const started = await startStation(config)
    if (!isProblem(started)) return openOn((station = started), ORIGIN, started.url)
    // Another process holds the folder or the port: if that is a station, its page is what the operator wants.
    const other = windowless ? undefined : await findRunningStation(config.settings)
    return other === undefined ? started : openOn(undefined, other, other)
  }

  async function openOn(own: Station | undefined, home: string, url: string): Promise<undefined> {
    if (released) return
    if (own) announce(own)
    if (windowless) return
    Menu.setApplicationMenu(null)
    guardPages(home, url, own?.log)
    if (own) scheme = serveScheme(own.window)
    const made = createWindow({
      page: `${home}/`,
      state_file: join(app.getPath('userData'), 'window.json'),
      kiosk: 'kiosk' in flags,
      log: own?.log,
    })
    window = made
    serveSettings(made, home)
    if (!('hidden' in flags)) made.show()
    tray = await createTray({
      station: own?.window,
      url,
      onOpen: () => made.show(),
      onQuit: () => app.quit(),
    })
  }

  function serveSettings(made: StationWindow, home: string): void {
    const own_folder = config.origin.data_dir === 'flag' ? ['--data-dir', config.settings.data_dir] : []
    const login = startWithSystem(around, own_folder)
    serveShellSettings({
      home,
      read: () => ({ start_with_system: login.isOn(), kiosk: made.kiosk }),
      update({ start_with_system, kiosk }) {
        if (start_with_system !== undefined) login.turn(start_with_system)
        if (kiosk !== undefined) made.setKiosk(kiosk)
      },
    })
  }

  let opening: Promise<Problem | undefined> | undefined
  return {
    open: () => (opening = open()),
    show: () => window?.show(),
    release() {
      released = true
      window?.release()
    },
    async close() {
      // Quitting in the middle of a start: the station first comes up, then goes down in order.
      await opening?.catch(() => undefined)
      tray?.close()
      await scheme?.settled()
      await station?.stop()
    },
  }
}

function announce({ url, data_dir, version }: Station): void {
  process.stdout.write(`${JSON.stringify({ event: 'ready', url, data_dir, pid: process.pid, version })}\n`)
}

function giveUp(failed: Problem): void {
  process.stderr.write(`${problemLine(failed)}\n`)
  // Before it is ready, Electron has no dialog on Linux and would write the same words again.
  if (app.isReady() || process.platform !== 'linux')
    dialog.showErrorBox('Lotkeeper', `${failed.cause}.\n\n${failed.remedy}.`)
  app.exit(1)
}
