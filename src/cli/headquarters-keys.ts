import { readConfig, surroundings } from '../central/config.ts'
import { administer } from '../central/office.ts'
import { isProblem, type Problem, problem } from '../host/problem.ts'
import type { KeyItem } from '../model/key.ts'
import type { AtHeadquarters } from './command.ts'
import { runWith } from './keys.ts'

/** `lotkeeper keys …`, on headquarters. */
export async function runAtHeadquarters(given: AtHeadquarters): Promise<number | Problem> {
  const settings = readConfig(surroundings(), given.flags)
  if (isProblem(settings)) return settings
  return runWith(given, {
    async create({ kind, name }) {
      if (kind === 'user') return administer(settings, 'keys-create', { name })
      return problem(
        'headquarters has user keys only',
        'A station enrols with a code: lotkeeper stations add --name NAME',
      )
    },
    async list() {
      const answer = await administer(settings, 'keys-list', {})
      return isProblem(answer) ? answer : (answer as { keys: KeyItem[] }).keys
    },
    revoke: (id) => administer(settings, 'keys-revoke', { id }),
  })
}
