import { isProblem, type Problem, problem } from '../host/problem.ts'
import { listKeys } from '../main/store/keys.ts'
import type { KeyItem, KeyToMake } from '../model/key.ts'
import { formatTime } from '../model/time.ts'
import { openForReading } from './reading.ts'
import { openForWriting } from './writing.ts'
import { type AtHeadquarters, type Given, print } from './command.ts'

/** `lotkeeper keys …`, on a station. */
export async function run({ config, ...given }: Given): Promise<number | Problem> {
  const write = async (command: 'keys-create' | 'keys-revoke', body: object) => {
    const writing = await openForWriting(config)
    if (isProblem(writing)) return writing
    const done = await writing.run<object>(command, body)
    await writing.close()
    return done
  }
  return runWith(given, {
    create: (asked) => write('keys-create', asked),
    async list() {
      const db = openForReading(config)
      if (isProblem(db)) return db
      const keys = listKeys(db)
      db.close()
      return keys
    },
    revoke: (id) => write('keys-revoke', { id }),
  })
}

/** What a station and headquarters do each in their way. */
interface Keeper {
  create(asked: KeyToMake): Promise<object | Problem>
  list(): Promise<readonly KeyItem[] | Problem>
  revoke(id: string): Promise<object | Problem>
}

/** What both ask for and say in the same words. */
export async function runWith(
  { words: [verb, id], flags, usage }: AtHeadquarters,
  keeper: Keeper,
): Promise<number | Problem> {
  const { kind, name } = flags
  switch (verb) {
    case 'create':
      if (kind !== 'user' && kind !== 'station')
        return problem('--kind must be user or station', `Usage: ${usage}`)
      if (!name) return problem('--name is missing', `Usage: ${usage}`)
      return printed(await keeper.create({ kind, name }))
    case 'list':
      return listed(await keeper.list(), 'json' in flags)
    case 'revoke':
      if (!id) return problem('no key is named', `Usage: ${usage}`)
      return printed(await keeper.revoke(id))
    default:
      return problem('keys needs to know what to do', `Usage: ${usage}`)
  }
}

function printed(answer: object | Problem): number | Problem {
  if (isProblem(answer)) return answer
  print(JSON.stringify(answer))
  return 0
}

function listed(known: readonly KeyItem[] | Problem, json: boolean): number | Problem {
  if (isProblem(known)) return known
  const keys = known.map((key) => ({
    ...key,
    created_at: formatTime(key.created_at),
    revoked_at: key.revoked_at === null ? null : formatTime(key.revoked_at),
  }))
  if (json) print(JSON.stringify(keys))
  else
    for (const { id, kind, name, owner, created_at, revoked_at } of keys)
      print(
        [
          id,
          kind.padEnd(7),
          name,
          `acts as ${owner}`,
          revoked_at ? `revoked ${revoked_at}` : `since ${created_at}`,
        ].join('  '),
      )
  return 0
}
