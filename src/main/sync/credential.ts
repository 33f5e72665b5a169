import { readFileSync } from 'node:fs'
import { z } from 'zod'

import { codeOf } from '../../host/problem.ts'
import { enrollAnswer } from '../../model/sync/envelope.ts'

/** `headquarters.json` in the data folder, for its owner's eyes only: not in the database, so that no copy of that can speak for the station. */
const credential = enrollAnswer.extend({
  url: z.string(),
  /** Of the code that was spent for it: the same flag at the next start asks for nothing new. */
  code_digest: z.string(),
})
export type Credential = Readonly<z.infer<typeof credential>>

/** @returns `unreadable` where there is something that says nothing: it was cut off, or may not be read */
export function readCredential(file: string): Credential | 'unreadable' | undefined {
  try {
    return credential.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? undefined : 'unreadable'
  }
}
