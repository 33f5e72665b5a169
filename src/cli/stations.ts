import { readConfig, surroundings } from '../central/config.ts'
import { administer } from '../central/office.ts'
import { isProblem, type Problem, problem } from '../host/problem.ts'
import type { FleetStation } from '../model/fleet.ts'
import { type AtHeadquarters, print } from './command.ts'

/** `lotkeeper stations …`, on headquarters. */
export async function runAtHeadquarters({ words, flags, usage }: AtHeadquarters): Promise<number | Problem> {
  const [verb, id] = words
  const { name } = flags
  const settings = readConfig(surroundings(), flags)
  if (isProblem(settings)) return settings
  switch (verb) {
    case 'add':
      if (!name) return problem('--name is missing', `Usage: ${usage}`)
      return printed(await administer(settings, 'stations-add', { name }))
    case 'list':
      return listed(await administer(settings, 'stations-list', {}), 'json' in flags)
    case 'renew':
    case 'revoke':
      if (!id) return problem('no station is named', `Usage: ${usage}`)
      return printed(await administer(settings, `stations-${verb}`, { id }))
    default:
      return problem('stations needs to know what to do', `Usage: ${usage}`)
  }
}

function printed(answer: object | Problem): number | Problem {
  if (isProblem(answer)) return answer
  print(JSON.stringify(answer))
  return 0
}

const states: Readonly<Record<FleetStation['state'], string>> = {
  in_touch: 'in touch',
  silent: 'silent',
  waiting_for_code: 'waits for its code',
  revoked: 'revoked',
}

function listed(answer: object | Problem, json: boolean): number | Problem {
  if (isProblem(answer)) return answer
  const { stations } = answer as { stations: FleetStation[] }
  if (json) print(JSON.stringify(stations))
  else
    for (const { id, name, state, last_seen_at, pending } of stations)
      print(
        [
          id,
          states[state].padEnd(18),
          name,
          last_seen_at === null ? 'never heard' : `heard ${last_seen_at}`,
          ...(pending ? [`${pending} only there`] : []),
        ].join('  '),
      )
  return 0
}
