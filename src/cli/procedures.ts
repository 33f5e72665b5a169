import { isProblem, type Problem, problem } from '../host/problem.ts'
import { readIdentity } from '../main/store/identity.ts'
import { listLinks } from '../main/store/links.ts'
import { type Given, print } from './command.ts'
import { openForReading } from './reading.ts'
import { openForWriting } from './writing.ts'

export async function run(given: Given): Promise<number | Problem> {
  switch (given.words[0]) {
    case 'link':
      return change('procedures-link', given)
    case 'unlink':
      return change('procedures-unlink', given)
    case 'list':
      return list(given)
    default:
      return problem('procedures needs to know what to do', `Usage: ${given.usage}`)
  }
}

async function change(
  command: 'procedures-link' | 'procedures-unlink',
  { words: [, id], config, usage }: Given,
): Promise<number | Problem> {
  if (!id) return problem('no procedure is named', `Usage: ${usage}`)
  const writing = await openForWriting(config)
  if (isProblem(writing)) return writing
  const changed = await writing.run<object>(command, { id })
  await writing.close()
  if (isProblem(changed)) return changed
  print(JSON.stringify(changed))
  return 0
}

function list({ flags, config }: Given): number | Problem {
  const db = openForReading(config)
  if (isProblem(db)) return db
  const procedures = listLinks(db, readIdentity(db)!.station_id).map(({ linked, ...procedure }) => ({
    ...procedure,
    linked: linked === 1,
  }))
  db.close()
  if ('json' in flags) print(JSON.stringify(procedures))
  else
    for (const { id, name, linked } of procedures) print([id, linked ? 'linked' : '-     ', name].join('  '))
  return 0
}
