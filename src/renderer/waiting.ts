import { type WaitingOperation, headquartersEndpoints } from '../model/headquarters.ts'
import type { Page } from '../model/page.ts'
import { call } from './api.ts'
import { PAGE_SIZE } from './batches.ts'

/** All that waits, as a file with one operation a line, whole as it would be sent. */
export async function exportWaiting(): Promise<{ file: Blob; count: number }> {
  const parts: Blob[] = []
  let count = 0
  for (let cursor: number | null = 0; cursor !== null;) {
    const { data, meta }: Page<WaitingOperation> = await call(headquartersEndpoints.outbox, {
      query: { limit: PAGE_SIZE, cursor },
    })
    parts.push(new Blob(data.map((operation) => `${JSON.stringify(operation)}\n`)))
    count += data.length
    cursor = meta.next_cursor
  }
  return { file: new Blob(parts, { type: 'application/x-ndjson' }), count }
}
