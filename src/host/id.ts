import { hash, randomBytes, randomUUID } from 'node:crypto'

/**
 * A new UUIDv7. The time part keeps neighbours together in the indexes and has no other meaning.
 * Node's cache of random bytes is left out: two machines resumed from one memory snapshot would hand out the same ids.
 */
export function newId(): string {
  const time = Date.now().toString(16).padStart(12, '0')
  const random = randomUUID({ disableEntropyCache: true })
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(15)}`
}

const DRAWN = 64
const PER_ID = 10

/**
 * The same for a piece of work that nothing interrupts and that needs many: chance is asked for 64 at once, a tenth of the time.
 * To be thrown away with the work, so that no machine keeps chance in store.
 */
export function newIds(): () => string {
  let hex = ''
  let used = DRAWN
  return () => {
    if (used === DRAWN) {
      hex = randomBytes(DRAWN * PER_ID).toString('hex')
      used = 0
    }
    const at = used * PER_ID * 2
    used += 1
    const time = Date.now().toString(16).padStart(12, '0')
    const variant = '89ab'[Number.parseInt(hex[at]!, 16) & 3]!
    return `${time.slice(0, 8)}-${time.slice(8)}-7${hex.slice(at + 1, at + 4)}-${variant}${hex.slice(at + 4, at + 7)}-${hex.slice(at + 7, at + 19)}`
  }
}

/** The id of a part of something that has one: always the same for the same place, and of nothing else (UUIDv8). */
export function idWithin(id: string, place: string): string {
  const hex = hash('sha256', `${id} ${place}`, 'hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-b${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
