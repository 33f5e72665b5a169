import { http, https } from '../host/http.ts'
import { isProblem, type Problem, problem } from '../host/problem.ts'
import { isRefusal } from '../model/error.ts'
import { type AdminCommand, createAdmin } from './admin.ts'
import { holdDataFolder } from './data-folder.ts'
import { inUseProblem, isFolderOf, type ServerFile } from '../host/folder.ts'
import { absentProblem, openCentral } from './open.ts'
import type { Settings } from './settings.ts'

const PATIENCE_MS = 30_000
/** A large database takes its time to be copied, restored and looked through. */
const BACKUP_PATIENCE_MS = 12 * 3_600_000

/** One command of the command line, done by the running server where there is one, otherwise by this process itself. */
export async function administer(
  settings: Settings,
  command: AdminCommand,
  body: object,
): Promise<object | Problem> {
  // Nothing is made where a path is mistyped: a backup of an empty headquarters would be made there every night, and be called sound.
  const { data_dir, database_url } = settings
  if (database_url === null && !isFolderOf('headquarters', data_dir) && !isFolderOf('station', data_dir))
    return absentProblem(data_dir)
  const folder = holdDataFolder(data_dir)
  if (isProblem(folder)) return folder
  if (folder.kind === 'in_use')
    return folder.server ? askServer(folder.server, command, body) : inUseProblem(data_dir, folder)
  const opened = await openCentral(folder, settings, () => undefined, false)
  if (isProblem(opened)) {
    folder.release()
    return opened
  }
  try {
    return answered(await createAdmin(opened.api, folder.backups)(command, body))
  } finally {
    await opened.close()
    folder.release()
  }
}

async function askServer(server: ServerFile, command: AdminCommand, body: object): Promise<object | Problem> {
  try {
    const patience_ms = command === 'backup' ? BACKUP_PATIENCE_MS : PATIENCE_MS
    const answer = JSON.parse(
      await post(server, `/central/admin/${command}`, JSON.stringify(body), patience_ms),
    ) as object
    return answered('code' in answer && 'message' in answer ? { kind: 'refusal', ...answer } : answer)
  } catch {
    return problem(
      `headquarters (process ${server.pid}, ${server.url}) does not answer`,
      'See its log, or stop it and try again',
    )
  }
}

/** To our own machine, whose certificate bears another name than the one it is called by here. */
function post({ url, token }: ServerFile, path: string, body: string, patience_ms: number): Promise<string> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', headers, rejectUnauthorized: false, timeout: patience_ms }
    const asked = (url.startsWith('https:') ? https : http).request(new URL(path, url), options)
    asked.on('error', reject)
    asked.on('timeout', () => asked.destroy(new Error('timeout')))
    asked.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => resolve(Buffer.concat(chunks).toString()))
    })
    asked.end(body)
  })
}

function answered(answer: object): object | Problem {
  if (!isRefusal(answer)) return answer
  return problem(answer.message.replace(/\.$/, ''), 'Nothing was changed')
}
