/**
 * A piece of a run: places `(created_at, batch_pk)` in ascending order. The first stands in the row's own columns, the
 * others are packed as differences (base-128 digits, lowest first): about 4 bytes a place where a column pair takes 18.
 */
export interface Postings {
  n: number
  times: Float64Array
  pks: Float64Array
}

/** A packed piece stays within its page: a longer one would spill to overflow pages. */
const PIECE_BYTES = 900

export function emptyPostings(size = 256): Postings {
  return { n: 0, times: new Float64Array(size), pks: new Float64Array(size) }
}

export function pushPlace(into: Postings, created_at: number, batch_pk: number): void {
  if (into.n === into.times.length) grow(into, into.n * 2)
  into.times[into.n] = created_at
  into.pks[into.n++] = batch_pk
}

function grow(postings: Postings, size: number): void {
  const { times, pks } = postings
  postings.times = new Float64Array(size)
  postings.times.set(times)
  postings.pks = new Float64Array(size)
  postings.pks.set(pks)
}

/** Unpacks one row of `search` into `into`, which is used again and again. */
export function unpack(
  created_at: number,
  batch_pk: number,
  n: number,
  rest: Uint8Array,
  into: Postings,
): void {
  if (n > into.times.length) grow(into, n * 2)
  const { times, pks } = into
  into.n = n
  times[0] = created_at
  pks[0] = batch_pk
  let at = 0
  for (let i = 1; i < n; i++) {
    let byte = rest[at++]!
    let value = byte & 127
    let scale = 128
    while (byte > 127) {
      byte = rest[at++]!
      value += (byte & 127) * scale
      scale *= 128
    }
    created_at += value
    byte = rest[at++]!
    value = byte & 127
    scale = 128
    while (byte > 127) {
      byte = rest[at++]!
      value += (byte & 127) * scale
      scale *= 128
    }
    // The sign of a difference between keys is its lowest bit.
    batch_pk += value % 2 === 0 ? value / 2 : -(value + 1) / 2
    times[i] = created_at
    pks[i] = batch_pk
  }
}

/** Room for one place more than fits: it is written first and measured then. */
const scratch = new Uint8Array(PIECE_BYTES + 20)

/**
 * Packs places `from`, `from + 1`, … until the piece is full or `to` is reached.
 * @returns the packed bytes of all but the first place, and where the next piece begins
 */
export function pack({ times, pks }: Postings, from: number, to: number): { rest: Uint8Array; next: number } {
  let at = 0
  let i = from + 1
  for (; i < to; i++) {
    const step = pks[i]! - pks[i - 1]!
    const end = put(step >= 0 ? step * 2 : -step * 2 - 1, put(times[i]! - times[i - 1]!, at))
    if (end > PIECE_BYTES) break
    at = end
  }
  return { rest: scratch.slice(0, at), next: i }
}

function put(value: number, at: number): number {
  while (value > 0x7fffffff) {
    scratch[at++] = (value % 128) + 128
    value = Math.floor(value / 128)
  }
  while (value > 127) {
    scratch[at++] = (value & 127) | 128
    value >>= 7
  }
  scratch[at++] = value
  return at
}

/** Changes a piece by places `from`..`to` of others: all in ascending order, the outcome in `into`. */
export type Combine = (piece: Postings, others: Postings, from: number, to: number, into: Postings) => void

/** Adds the others; equal places once. */
export const union: Combine = (piece, others, from, to, into) => {
  into.n = 0
  for (let i = 0, j = from; i < piece.n || j < to;) {
    const order = i === piece.n ? 1 : j === to ? -1 : compareAt(piece, i, others, j)
    if (order <= 0) pushPlace(into, piece.times[i]!, piece.pks[i]!)
    else pushPlace(into, others.times[j]!, others.pks[j]!)
    if (order <= 0) i++
    if (order >= 0) j++
  }
}

/** Takes the others out. */
export const without: Combine = (piece, others, from, to, into) => {
  into.n = 0
  for (let i = 0, j = from; i < piece.n; i++) {
    while (j < to && compareAt(others, j, piece, i) < 0) j++
    if (j === to || compareAt(others, j, piece, i) !== 0) pushPlace(into, piece.times[i]!, piece.pks[i]!)
  }
}

const compareAt = (a: Postings, i: number, b: Postings, j: number) =>
  a.times[i]! - b.times[j]! || a.pks[i]! - b.pks[j]!
