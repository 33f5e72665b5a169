import { chainHash } from '../../host/hash.ts'
import { version } from '../../host/version.ts'
import { type EnrollRequest, enrollAnswer } from '../../model/sync/envelope.ts'
import { createClient, jsonOf, refusedBy } from './client.ts'
import type { Credential } from './credential.ts'
import type { Trouble } from './trouble.ts'

/** Spends a code. A lost answer costs nothing: the same attempt is answered again. */
export async function enroll(
  url: string,
  asked: Omit<EnrollRequest, 'version'>,
): Promise<Credential | { readonly kind: 'trouble'; readonly trouble: Trouble }> {
  const client = createClient(url, null)
  try {
    const reply = await client.post('sync/v1/enroll', { ...asked, version })
    if ('kind' in reply) return reply
    if (reply.status !== 200)
      return { kind: 'trouble', trouble: refusedBy(reply.status, reply.type, reply.body) }
    const answer = enrollAnswer.safeParse(jsonOf(reply.body))
    if (!answer.success) return { kind: 'trouble', trouble: refusedBy(reply.status, reply.type, reply.body) }
    return { ...answer.data, url, code_digest: codeDigest(asked.code) }
  } finally {
    client.close()
  }
}

export const codeDigest = (code: string) => chainHash(`code|${code}`)
