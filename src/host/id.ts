import { randomUUID } from 'node:crypto'

/**
 * A new UUIDv7. The time part keeps neighbours together in the indexes and has no other meaning.
 * Node's cache of random bytes is left out: two machines resumed from one memory snapshot would hand out the same ids.
 */
export function newId(): string {
  const time = Date.now().toString(16).padStart(12, '0')
  const random = randomUUID({ disableEntropyCache: true })
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(15)}`
}
