import type { Refusal } from '../../model/error.ts'
import type { Blob, BlobFiles } from '../store/blob-files.ts'
import type { BlobParts } from '../store/blob-parts.ts'
import { createLaneBytes } from '../store/lane-bytes.ts'
import type { Store } from '../store/store.ts'
import { createBlobFetch } from './blob-fetch.ts'
import { createBlobLane } from './blob-lane.ts'
import type { Client } from './client.ts'
import type { Loop } from './loop.ts'
import { told, troubleWords } from './trouble.ts'

/** The bytes of attachments between this station and headquarters, in both directions, beside the operations. */
export interface BlobLine {
  fetch(blob: Blob): Promise<Refusal | undefined>
  stop(): Promise<void>
}

export interface BlobLineParts {
  readonly store: Store
  readonly files: {
    readonly blobs: BlobFiles
    readonly parts: BlobParts
    readonly noRoom: (size: number, here: number) => Refusal | undefined
  }
  /** One of its own: pieces must not hold up what the loop sends. */
  readonly client: Client
  readonly loop: Loop
  readonly url: string
  readonly chance: () => number
  readonly log: {
    info(fields: object, message: string): void
    warn(fields: object, message: string): void
  }
}

export function createBlobLine(parts: BlobLineParts): BlobLine {
  const { store, files, client, loop, url, log } = parts
  const fetch = createBlobFetch({ ...files, client, url })
  const lane = createBlobLane({
    store,
    bytes: createLaneBytes(store.db, files.blobs),
    client,
    chance: parts.chance,
    isQuiet: () => store.synced.outbox.list(store.db).length === 0,
    isReached: () => loop.sight.trouble === null,
    onTrouble: (trouble) =>
      trouble === null
        ? log.info({ central: url }, 'attachments go to headquarters again')
        : log.warn({ central: url, ...told(trouble) }, `attachments wait: ${troubleWords(trouble, url)}`),
    onDamage: ({ sha256 }) =>
      log.warn(
        { file: sha256 },
        'the disk has changed a file of attachments/: it is not sent to headquarters',
      ),
  })
  return {
    fetch: (blob) => fetch.fetch(blob),
    async stop() {
      await fetch.stop()
      await lane.stop()
      client.close()
    },
  }
}
