import { resolve } from 'node:path'

import { readConfig, surroundings } from '../central/config.ts'
import { administer } from '../central/office.ts'
import { isProblem, type Problem, problem } from '../host/problem.ts'
import { type AtHeadquarters, print } from './command.ts'

/** `lotkeeper headquarters backup`: the file is named as seen from here, also where the running server writes it. */
export async function runAtHeadquarters({ words, flags, usage }: AtHeadquarters): Promise<number | Problem> {
  const [verb, file] = words
  if (verb !== 'backup') return problem('headquarters needs to know what to do', `Usage: ${usage}`)
  const settings = readConfig(surroundings(), flags)
  if (isProblem(settings)) return settings
  const made = await administer(settings, 'backup', file === undefined ? {} : { file: resolve(file) })
  if (isProblem(made)) return made
  print(JSON.stringify(made))
  return 0
}
