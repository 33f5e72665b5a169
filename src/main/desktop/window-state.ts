import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { screen } from 'electron'
import { z } from 'zod'

/** Where the window was, and how. One file for each person who logs on to this PC. */
const windowState = z.object({
  x: z.int().optional(),
  y: z.int().optional(),
  width: z.int().min(640).max(20_000).default(1280),
  height: z.int().min(480).max(20_000).default(800),
  maximized: z.boolean().default(true),
  kiosk: z.boolean().default(false),
})
export type WindowState = z.infer<typeof windowState>

/** The state last kept. A file that is missing or spoilt costs the window its place and nothing else. */
export function readWindowState(file: string): WindowState {
  try {
    return withinScreens(windowState.parse(JSON.parse(readFileSync(file, 'utf8'))))
  } catch {
    return windowState.parse({})
  }
}

export function keepWindowState(file: string, state: WindowState): void {
  try {
    writeFileSync(`${file}.part`, JSON.stringify(state))
    renameSync(`${file}.part`, file)
  } catch {
    // A full disk must not keep a window from closing.
  }
}

/** A screen may be gone since yesterday: a window that would be out of sight comes back to the middle. */
function withinScreens(state: WindowState): WindowState {
  const { x, y, width, height } = state
  if (x === undefined || y === undefined) return state
  const visible = screen.getAllDisplays().some(({ workArea }) => {
    const across = Math.min(x + width, workArea.x + workArea.width) - Math.max(x, workArea.x)
    const down = Math.min(y + height, workArea.y + workArea.height) - Math.max(y, workArea.y)
    return across >= 100 && down >= 100
  })
  if (visible) return state
  const { x: _x, y: _y, ...rest } = state
  return rest
}
