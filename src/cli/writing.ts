import { type Admin, type AdminCommand, createAdmin } from '../main/admin.ts'
import type { Config } from '../main/config.ts'
import { connect } from '../main/connect.ts'
import { holdDataFolder } from '../main/data-folder.ts'
import { inUseProblem, type ServerFile } from '../host/folder.ts'
import { databaseProblem } from '../main/database-problem.ts'
import { openStore } from '../main/open-store.ts'
import { isProblem, type Problem, problem } from '../host/problem.ts'
import { type Refusal, isRefusal } from '../model/error.ts'
import { remark } from './command.ts'

/** Writing: by the running server where there is one, otherwise by this process under the folder's lock. */
export interface Writing {
  readonly by: 'server' | 'command'
  run<Result extends object>(command: AdminCommand, body: object): Promise<Result | Problem>
  /** Settles when the folder is given back. */
  close(): Promise<void> | void
}

/** @param online the command has business with headquarters itself */
export async function openForWriting({ settings }: Config, online = false): Promise<Writing | Problem> {
  const { data_dir } = settings
  const folder = holdDataFolder(data_dir)
  if (isProblem(folder)) return folder
  if (folder.kind === 'in_use')
    return folder.server ? byServer(folder.server) : inUseProblem(data_dir, folder)
  const opened = await openStore(folder, settings.name)
  if (isProblem(opened)) {
    folder.release()
    return opened
  }
  if (opened.first_start) remark(`first start: the keys of this station are in ${folder.keys}`)
  // Alone with the folder: what happens on the way is told by the command itself.
  const silent = { info() {}, warn() {} }
  const headquarters = online ? await connect(opened, folder, settings, silent) : undefined
  const admin: Admin = createAdmin(opened, headquarters, Number.POSITIVE_INFINITY)
  return {
    by: 'command',
    async run<Result extends object>(command: AdminCommand, body: object) {
      try {
        return answered<Result>(await admin(command, body))
      } catch (error) {
        return databaseProblem(folder, error)
      }
    },
    async close() {
      await headquarters?.stop()
      opened.close()
      folder.release()
    },
  }
}

function byServer({ url, token, pid }: ServerFile): Writing {
  return {
    by: 'server',
    async run<Result extends object>(command: AdminCommand, body: object) {
      let answer: unknown
      try {
        const response = await fetch(`${url}/station/admin/${command}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        })
        answer = await response.json()
        if (!response.ok) answer = { kind: 'refusal', ...(answer as object) }
      } catch {
        return problem(
          `the station (process ${pid}, ${url}) does not answer`,
          'See its log, or stop it and try again',
        )
      }
      return answered<Result>(answer as Result | Refusal)
    },
    close() {},
  }
}

function answered<Result extends object>(answer: object): Result | Problem {
  if (!isRefusal(answer)) return answer as Result
  return problem(answer.message.replace(/\.$/, ''), 'Nothing was changed')
}
