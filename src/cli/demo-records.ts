import type { FileRecord } from '../model/record.ts'
import { formatTime } from '../model/time.ts'

/** The made-up factory's last day, and how many years it has been making things. Fixed: the same seed is the same data for ever. */
const END_MS = Date.UTC(2026, 10, 1)
const SPAN_MS = 5 * 365 * 86_400_000

const products = [
  'Motor controller',
  'Gate driver',
  'Battery monitor',
  'Torque sensor',
  'Camera head',
  'Power stage',
]
const kinds = ['board', 'module', 'assembly', 'housing', 'harness']

/** Batches from the oldest to the newest, each with its units: a few parts make most of them, as in a real factory. */
export function* demoRecords(batches: number, units: number, seed: number): Generator<FileRecord> {
  const random = mulberry32(seed)
  const tag = Math.floor(mulberry32(seed ^ 0x5bd1e995)() * 46_656)
    .toString(36)
    .toUpperCase()
    .padStart(3, '0')
  const parts = Math.max(3, Math.min(500, Math.ceil(batches / 20)))
  for (let b = 0; b < batches; b++) {
    const at_ms = END_MS - SPAN_MS + Math.floor(((b + random()) / batches) * SPAN_MS)
    const date = formatTime(at_ms)
    const batch = {
      batch_number: `LOT-${date.slice(2, 4)}${date.slice(5, 7)}-${tag}${String(b).padStart(5, '0')}`,
      batch_created_at: date,
    }
    if (units === 0) yield batch
    const part = Math.floor(parts * random() ** 3)
    const revision = 'ABCD'[Math.floor(random() * 4)]!
    for (let u = 0; u < units; u++) yield { ...batch, ...unitOf(part, revision, tag, b, u, at_ms, random) }
  }
}

function unitOf(
  part: number,
  revision: string,
  tag: string,
  b: number,
  u: number,
  at_ms: number,
  random: () => number,
) {
  const product = products[part % products.length]!
  const kind = kinds[Math.floor(part / products.length) % kinds.length]!
  const chance = random()
  return {
    serial_number: `SN${tag}${String(b).padStart(5, '0')}-${String(u + 1).padStart(4, '0')}`,
    part_number: `P${String(1000 + part)}-${product.slice(0, 2).toUpperCase()}`,
    part_name: `${product} ${kind}`,
    revision_number: revision,
    ...(chance < 0.002 ? { sample: 'golden' as const } : {}),
    ...(chance > 0.9
      ? { metadata: { line: Math.ceil(random() * 4), fixture: `F-${Math.ceil(random() * 12)}` } }
      : {}),
    created_at: formatTime(at_ms + (u + 1) * 40_000),
    // Every fiftieth unit is built into the one before it.
    ...(u % 50 === 49
      ? { parent_serial_number: `SN${tag}${String(b).padStart(5, '0')}-${String(u).padStart(4, '0')}` }
      : {}),
  }
}

/** A small generator of repeatable numbers from 0 to 1. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
