import { z } from 'zod'

import { readServerFile } from '../../host/folder.ts'
import { filesOf } from '../data-folder.ts'
import type { Settings } from '../settings.ts'

const health = z.object({ status: z.literal('ok'), version: z.string() })
const ANSWER_MS = 2_000

/**
 * The address of a station that runs on this PC already, as a service for example: the window is then a window on that one.
 * Its page asks for a key once, as it does in a browser.
 */
export async function findRunningStation({ data_dir, host, port }: Settings): Promise<string | undefined> {
  const told = readServerFile(filesOf(data_dir))?.url
  const likely = `http://${host === 'localhost' ? '127.0.0.1' : host}:${port}`
  for (const url of told === undefined ? [likely] : [told, likely]) if (await answers(url)) return url
  return undefined
}

async function answers(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(ANSWER_MS) })
    return health.safeParse(await answer.json()).success
  } catch {
    return false
  }
}
