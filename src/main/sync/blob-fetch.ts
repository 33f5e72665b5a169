import { type Refusal, refuse } from '../../model/error.ts'
import { BYTES_TYPE, PIECE_MAX } from '../../model/sync/blobs.ts'
import type { Blob } from '../store/blob-files.ts'
import type { BlobParts } from '../store/blob-parts.ts'
import { type Client, refusedBy } from './client.ts'
import { type Trouble, technicalOf, troubleWords } from './trouble.ts'

export interface BlobFetchParts {
  readonly parts: BlobParts
  readonly client: Client
  readonly url: string
  /** May bytes so large come to this disk? */
  readonly noRoom: (size: number, here: number) => Refusal | undefined
}

/** Brings bytes from headquarters that another station sent there. Who asks for the same meanwhile waits for the same. */
export function createBlobFetch({ parts, client, url, noRoom }: BlobFetchParts) {
  const under_way = new Map<string, Promise<Refusal | undefined>>()
  const ended = new AbortController()

  async function bring({ sha256, size }: Blob): Promise<Refusal | undefined> {
    const name = `fetch-${sha256}`
    let trouble: Trouble | null = null
    async function* pieces() {
      for (let from = 0; from < size;) {
        const path = `sync/v1/blobs/${sha256}/read?from=${from}&size=${PIECE_MAX}`
        const reply = await client.bytes(path, {}, ended.signal)
        if ('kind' in reply) return void (trouble = reply.trouble)
        if (reply.status !== 200 || reply.type !== BYTES_TYPE || reply.body.length === 0)
          return void (trouble = refusedBy(reply.status, reply.type, reply.body))
        yield reply.body
        from += reply.body.length
      }
    }
    const came = await parts.append(name, 0, pieces(), (here) => noRoom(size, here))
    if (came !== size) {
      await parts.drop(name)
      return typeof came === 'object' ? came : awayWords(trouble, url)
    }
    const brought = await parts.finish(name)
    return brought.sha256 === sha256
      ? undefined
      : refuse(
          'SERVICE_UNAVAILABLE',
          'The bytes of this attachment were changed on their way from headquarters',
          { reason: 'bytes_changed' },
        )
  }

  return {
    fetch(blob: Blob): Promise<Refusal | undefined> {
      const known = under_way.get(blob.sha256)
      if (known !== undefined) return known
      const bringing = bring(blob).finally(() => under_way.delete(blob.sha256))
      under_way.set(blob.sha256, bringing)
      return bringing
    },
    async stop(): Promise<void> {
      ended.abort()
      await Promise.allSettled(under_way.values())
    },
  }
}

function awayWords(trouble: Trouble | null, url: string): Refusal {
  if (trouble?.kind === 'refused' && trouble.why === 'no_blob')
    return refuse(
      'SERVICE_UNAVAILABLE',
      'The bytes of this attachment are neither here nor at headquarters yet: the station that has them has not sent them',
      { reason: 'bytes_not_sent' },
    )
  const why = trouble === null ? 'the line broke' : troubleWords(trouble, url)
  const technical = trouble === null ? null : technicalOf(trouble)
  return refuse('SERVICE_UNAVAILABLE', `The bytes of this attachment are at headquarters, not here. ${why}`, {
    reason: 'bytes_away',
    ...(technical === null ? {} : { technical }),
  })
}
