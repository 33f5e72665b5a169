import { readArguments } from '../host/arguments.ts'
import { keepCompiledCode } from './compiled-code.ts'
import { readConfig, settingFlags, surroundings } from './config.ts'
import { isProblem, type Problem, problem } from '../host/problem.ts'
import { serve } from '../host/serve.ts'
import type { Station } from './station.ts'

const USAGE =
  'npm run -s station -- [--data-dir DIR] [--port N] [--name NAME] … (docs/configuration.md names all settings)'

/** The station without a window: one line on stdout when it is ready, then silence until it is told to stop. */
async function run(): Promise<Station | Problem> {
  const around = surroundings()
  const given = readArguments(around.argv, settingFlags, USAGE)
  if (isProblem(given)) return given
  if (given.words.length > 0) return problem(`"${given.words[0]}" is no setting`, `Usage: ${USAGE}`)
  const config = readConfig(around, given.flags)
  if (isProblem(config)) return config
  keepCompiledCode(config)
  const { startStation } = await import('./station.ts')
  return startStation(config)
}

serve(await run(), surroundings().under_npm)
