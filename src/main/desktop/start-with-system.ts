import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { app } from 'electron'

import type { Surroundings } from '../config.ts'

/** Lotkeeper's entry among the programs that start when this user logs on. */
export interface StartWithSystem {
  isOn(): boolean
  /** @throws where the entry cannot be written */
  turn(on: boolean): void
}

/** @param args what this program was started with and must be started with again */
export function startWithSystem(around: Surroundings, args: readonly string[]): StartWithSystem {
  // From a checkout, Electron must be told which folder is the program.
  const full = [...(app.isPackaged ? [] : [app.getAppPath()]), ...args, '--hidden']
  return around.platform === 'linux' ? desktopEntry(around, full) : loginItem(full)
}

function loginItem(args: readonly string[]): StartWithSystem {
  const entry = { path: app.getPath('exe'), args: [...args] }
  return {
    isOn: () => app.getLoginItemSettings(entry).openAtLogin,
    turn: (on) => app.setLoginItemSettings({ ...entry, openAtLogin: on }),
  }
}

/** Linux: Electron has nothing for it, the desktops have agreed on a folder (XDG autostart). */
function desktopEntry({ env, home }: Surroundings, args: readonly string[]): StartWithSystem {
  const file = join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'autostart', 'lotkeeper.desktop')
  // An AppImage runs from a folder that is gone afterwards; the variable names the file that was clicked.
  const program = env['APPIMAGE'] ?? app.getPath('exe')
  return {
    isOn() {
      try {
        return !/^Hidden\s*=\s*true/m.test(readFileSync(file, 'utf8'))
      } catch {
        return false
      }
    },
    turn(on) {
      if (!on) return rmSync(file, { force: true })
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(
        file,
        `[Desktop Entry]\nType=Application\nName=Lotkeeper\nExec=${[program, ...args].map(quoted).join(' ')}\nTerminal=false\n`,
      )
    },
  }
}

/** As the Desktop Entry Specification wants an argument of `Exec`. */
const quoted = (argument: string) =>
  `"${argument.replace(/["`$\\]/g, String.raw`\$&`).replaceAll('%', '%%')}"`
