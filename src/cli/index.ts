import { readArguments } from '../host/arguments.ts'
import { keepCompiledCode } from '../main/compiled-code.ts'
import { type Config, readConfig, surroundings } from '../main/config.ts'
import { keepYoungObjectsFew } from '../host/memory.ts'
import { codeOf, isProblem, type Problem, problem, problemLine, wordsOf } from '../host/problem.ts'
import { version } from '../host/version.ts'
import { type Command, type CommandForBoth, commands, type HeadquartersCommand } from './commands.ts'
import { placeOf } from './place.ts'

const RUN = 'npm run -s lotkeeper --'

function usageText(): string {
  const lines = Object.values(commands).flatMap(({ usage, summary }) => [`  ${usage}`, `      ${summary}`])
  return [
    `lotkeeper ${version}: ${RUN} COMMAND [--data-dir DIR]`,
    '',
    ...lines,
    '',
    'docs/cli.md says more, docs/configuration.md names the settings.',
  ].join('\n')
}

async function run(argv: readonly string[]): Promise<number | Problem> {
  const [name, ...rest] = argv
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    process.stdout.write(`${usageText()}\n`)
    return name === undefined ? 1 : 0
  }
  if (name === '--version') {
    process.stdout.write(`${version}\n`)
    return 0
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!command)
    return problem(`there is no command "${name}"`, `Commands are ${Object.keys(commands).join(', ')}`)
  return runCommand(command, rest)
}

async function runCommand(
  command: Command | HeadquartersCommand | CommandForBoth,
  argv: readonly string[],
): Promise<number | Problem> {
  const usage = `${RUN} ${command.usage} [--data-dir DIR]`
  const given = readArguments(argv, { 'data-dir': true, help: false, ...command.flags }, usage)
  if (isProblem(given)) return given
  if ('help' in given.flags) {
    process.stdout.write(`${usage}\n    ${command.summary}\n`)
    return 0
  }
  const tooMany = given.words[command.words]
  if (tooMany !== undefined) return problem(`"${tooMany}" is one word too many`, `Usage: ${usage}`)
  const atHeadquarters = async ({ loadAtHeadquarters }: HeadquartersCommand) =>
    (await loadAtHeadquarters()).runAtHeadquarters({ ...given, usage })
  if (!('load' in command)) return atHeadquarters(command)
  if ('loadAtHeadquarters' in command) {
    const place = placeOf(given.flags)
    if (isProblem(place)) return place
    if (place === 'headquarters') return atHeadquarters(command)
  }
  const { 'data-dir': data_dir } = given.flags
  const config = readConfig(surroundings(), data_dir === undefined ? {} : { 'data-dir': data_dir })
  if (isProblem(config)) return config
  keepCompiledCode(config)
  const { run: runLoaded } = await command.load()
  try {
    return await runLoaded({ ...given, config, usage })
  } catch (error) {
    return stationProblem(config, error)
  }
}

/** Damage comes to light wherever its pages are read. */
async function stationProblem({ settings: { data_dir } }: Config, error: unknown): Promise<Problem> {
  const { isDamage } = await import('../main/store/database.ts')
  if (!isDamage(error)) throw error
  const { filesOf } = await import('../main/data-folder.ts')
  const { damagedProblem } = await import('../main/database-problem.ts')
  return damagedProblem({ ...filesOf(data_dir), data_dir }, wordsOf(error))
}

// A reader that has seen enough (`| head`) closes the pipe: no reason to complain.
process.stdout.on('error', (error) => {
  if (codeOf(error) !== 'EPIPE') throw error
})

keepYoungObjectsFew()
const outcome = await run(surroundings().argv)
if (isProblem(outcome)) process.stderr.write(`${problemLine(outcome)}\n`)
process.exitCode = isProblem(outcome) ? 1 : outcome
