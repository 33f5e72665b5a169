import { readArguments } from '../host/arguments.ts'
import { isProblem, type Problem, problem } from '../host/problem.ts'
import { type Server, serve } from '../host/serve.ts'
import { startCentral } from './central.ts'
import { readConfig, settingFlags, surroundings } from './config.ts'

const USAGE =
  'npm run -s central -- [--data-dir DIR] [--database-url URL] [--host ADDRESS] [--port N] [--tls-cert FILE --tls-key FILE] (docs/headquarters.md)'

async function run(): Promise<Server | Problem> {
  const around = surroundings()
  const given = readArguments(around.argv, settingFlags, USAGE)
  if (isProblem(given)) return given
  if (given.words.length > 0) return problem(`"${given.words[0]}" is no setting`, `Usage: ${USAGE}`)
  const settings = readConfig(around, given.flags)
  return isProblem(settings) ? settings : startCentral(settings)
}

serve(await run(), surroundings().under_npm)
