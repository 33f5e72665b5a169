import { isProblem, type Problem, problem } from '../host/problem.ts'
import { readConfig, surroundings } from '../main/config.ts'
import { settingNames, settings } from '../main/settings.ts'
import { type Given, print, remark } from './command.ts'

export async function run(given: Given): Promise<number | Problem> {
  return given.words[0] === 'show' ? show(given) : problem('config knows only show', `Usage: ${given.usage}`)
}

function show({ flags }: Given): number | Problem {
  const config = readConfig(surroundings(), flags)
  if (isProblem(config)) return config
  const shown = settingNames.map((name) => {
    const value = config.settings[name]
    return {
      name,
      value: settings[name].secret && value !== null ? '[hidden]' : value,
      origin: config.origin[name],
      overridden: config.overridden[name] ?? [],
    }
  })
  for (const warning of config.warnings) remark(warning)
  if ('json' in flags) {
    const entry = ({ value, origin, overridden }: (typeof shown)[number]) =>
      'origin' in flags ? { value, origin, overridden } : value
    print(JSON.stringify(Object.fromEntries(shown.map((one) => [one.name, entry(one)]))))
    return 0
  }
  for (const { name, value, origin, overridden } of shown) {
    const from = overridden.length > 0 ? `${origin} (also given: ${overridden.join(', ')})` : origin
    print(
      [name.padEnd(14), String(value ?? '-').padEnd(32), ...('origin' in flags ? [from] : [])]
        .join(' ')
        .trimEnd(),
    )
  }
  if ('origin' in flags) {
    remark(`config.json: ${config.config_file}`)
    remark(`machine policy: ${config.policy_file}`)
  }
  return 0
}
