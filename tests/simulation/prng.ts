/** A stream of chance that is the same for the same seed. */
export interface Prng {
  /** A number from 0 up to 1. */
  next(): number
  /** A whole number from `min` to `max`. */
  int(min: number, max: number): number
  chance(probability: number): boolean
  pick<Item>(items: readonly Item[]): Item
  /** Where the stream stands: a copy made from it repeats what comes next. */
  state(): number
}

export function prng(seed: number): Prng {
  let at = seed >>> 0
  const next = () => {
    at = (at + 0x6d2b79f5) | 0
    let mixed = Math.imul(at ^ (at >>> 15), 1 | at)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  return {
    next,
    int: (min, max) => min + Math.floor(next() * (max - min + 1)),
    chance: (probability) => next() < probability,
    pick: (items) => items[Math.floor(next() * items.length)]!,
    state: () => at,
  }
}

/** Independent streams of one seed: taking something out of one does not shift the others. */
export const stream = (seed: number, name: string): Prng => prng(textHash(`${seed}:${name}`))

function textHash(text: string): number {
  let hash = 2166136261
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 16777619)
  hash ^= hash >>> 13
  hash = Math.imul(hash, 0x5bd1e995)
  return (hash ^ (hash >>> 15)) >>> 0
}

/** A digest good enough for a simulation, and twenty times faster than a real one. */
export function digest(text: string): string {
  let a = 2166136261
  let b = 0x9e3779b9
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    a = Math.imul(a ^ code, 16777619)
    b = Math.imul(b ^ code, 0x85ebca6b) ^ (b >>> 13)
  }
  return (a >>> 0).toString(36) + ((b ^ (b >>> 16)) >>> 0).toString(36)
}
