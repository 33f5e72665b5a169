import { isProblem, type Problem, problem } from '../host/problem.ts'
import { listKeys } from '../main/store/keys.ts'
import { formatTime } from '../model/time.ts'
import { openForReading } from './reading.ts'
import { openForWriting } from './writing.ts'
import { type Given, print } from './command.ts'

export async function run(given: Given): Promise<number | Problem> {
  switch (given.words[0]) {
    case 'create':
      return create(given)
    case 'list':
      return list(given)
    case 'revoke':
      return revoke(given)
    default:
      return problem('keys needs to know what to do', `Usage: ${given.usage}`)
  }
}

async function create({ flags, config, usage }: Given): Promise<number | Problem> {
  const { kind, name } = flags
  if (kind !== 'user' && kind !== 'station')
    return problem('--kind must be user or station', `Usage: ${usage}`)
  if (!name) return problem('--name is missing', `Usage: ${usage}`)
  const writing = await openForWriting(config)
  if (isProblem(writing)) return writing
  const made = await writing.run<object>('keys-create', { kind, name })
  await writing.close()
  if (isProblem(made)) return made
  print(JSON.stringify(made))
  return 0
}

async function list({ flags, config }: Given): Promise<number | Problem> {
  const db = openForReading(config)
  if (isProblem(db)) return db
  const keys = listKeys(db).map((key) => ({
    ...key,
    created_at: formatTime(key.created_at),
    revoked_at: key.revoked_at === null ? null : formatTime(key.revoked_at),
  }))
  db.close()
  if ('json' in flags) print(JSON.stringify(keys))
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

async function revoke({ words: [, id], config, usage }: Given): Promise<number | Problem> {
  if (!id) return problem('no key is named', `Usage: ${usage}`)
  const writing = await openForWriting(config)
  if (isProblem(writing)) return writing
  const revoked = await writing.run<object>('keys-revoke', { id })
  await writing.close()
  if (isProblem(revoked)) return revoked
  print(JSON.stringify(revoked))
  return 0
}
