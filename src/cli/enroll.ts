import { isProblem, type Problem, problem } from '../host/problem.ts'
import { settings } from '../main/settings.ts'
import { type Given, print } from './command.ts'
import { openForWriting } from './writing.ts'

export async function run({ flags, config, usage }: Given): Promise<number | Problem> {
  const { central, code } = flags
  if (!central || !code) return problem('--central and --code are both needed', `Usage: ${usage}`)
  const url = settings.central.parse(central)
  if (isProblem(url)) return problem(`--central is ${JSON.stringify(central)}`, url.remedy)
  const writing = await openForWriting(config, true)
  if (isProblem(writing)) return writing
  const enrolled = await writing.run<object>('sync-enroll', { url, code })
  await writing.close()
  if (isProblem(enrolled)) return enrolled
  print(JSON.stringify(enrolled))
  return 0
}
