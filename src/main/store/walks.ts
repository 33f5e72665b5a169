import { type Postings, emptyPostings } from './postings.ts'

export type Order = 'asc' | 'desc'

/** A place of the list in its default order. */
export interface Place {
  readonly created_at: number
  readonly batch_pk: number
}

/**
 * A walk: places of the list, each once, in the list's order, read as far as somebody looks.
 * It stands on its first place when opened; once `ended` its place means nothing.
 */
export interface Walk extends Place {
  readonly ended: boolean
  next(): void
  /** Goes on to the first place that is not before this one; never back. */
  seek(created_at: number, batch_pk: number): void
  /** Goes on by `count` places, without reading each where that is possible. */
  skip(count: number): void
}

/** Where a list in this order begins. */
export function startOf(order: Order): Place {
  const edge = order === 'asc' ? -Number.MAX_SAFE_INTEGER : Number.MAX_SAFE_INTEGER
  return { created_at: edge, batch_pk: edge }
}

/** The place right after this one, whether or not a batch stands there. */
export function placeAfter({ created_at, batch_pk }: Place, order: Order): Place {
  return { created_at, batch_pk: order === 'asc' ? batch_pk + 1 : batch_pk - 1 }
}

/** Below zero if the first place comes earlier in ascending order. */
export const compare = (
  created_at: number,
  batch_pk: number,
  other_created_at: number,
  other_pk: number,
): number => created_at - other_created_at || batch_pk - other_pk

/** Where a run's places come from: in blocks, each of which stands in ascending order whatever the run's order. */
export interface Blocks {
  /**
   * Fills `into` with the block that holds the first place at (`inclusive`) or after a place in the run's order.
   * It may begin before that place, and may end before it when going up. Leaves `into` empty at the end of the run.
   */
  load(into: Postings, created_at: number, batch_pk: number, inclusive: boolean): void
  /**
   * Where to load next to come `count` places further than the last place of a block, or a little short of it:
   * the block loaded from there begins `passed` places (1..count) after that last one.
   */
  leap?(
    created_at: number,
    batch_pk: number,
    count: number,
  ): (Place & { passed: number; inclusive: boolean }) | undefined
}

export function blockWalk(order: Order, from: Place, blocks: Blocks): Walk {
  const step = order === 'asc' ? 1 : -1
  const block = emptyPostings(64)
  let at = 0
  let end = 0
  const run = { created_at: 0, batch_pk: 0, ended: false, next, seek, skip }

  function stand(): void {
    run.created_at = block.times[at]!
    run.batch_pk = block.pks[at]!
  }

  function isBefore(index: number, created_at: number, batch_pk: number): boolean {
    return compare(block.times[index]!, block.pks[index]!, created_at, batch_pk) * step < 0
  }

  function load(created_at: number, batch_pk: number, inclusive: boolean): void {
    blocks.load(block, created_at, batch_pk, inclusive)
    if (block.n === 0) {
      run.ended = true
      return
    }
    at = order === 'asc' ? 0 : block.n - 1
    end = block.n - 1 - at
    if (inclusive && isBefore(at, created_at, batch_pk)) return goWithin(created_at, batch_pk)
    stand()
  }

  /** To the first place of this block that is not before, or on to the next block. */
  function goWithin(created_at: number, batch_pk: number): void {
    if (isBefore(end, created_at, batch_pk)) return load(block.times[end]!, block.pks[end]!, false)
    let far = end
    while (at !== far) {
      const middle = at + step * (Math.abs(far - at) >> 1)
      if (isBefore(middle, created_at, batch_pk)) at = middle + step
      else far = middle
    }
    stand()
  }

  function next(): void {
    if (at === end) return load(run.created_at, run.batch_pk, false)
    at += step
    stand()
  }

  function seek(created_at: number, batch_pk: number): void {
    if (run.ended || compare(run.created_at, run.batch_pk, created_at, batch_pk) * step >= 0) return
    if (isBefore(end, created_at, batch_pk)) load(created_at, batch_pk, true)
    else goWithin(created_at, batch_pk)
  }

  function skip(count: number): void {
    while (count > 0 && !run.ended) {
      const within = Math.min(count, Math.abs(end - at))
      at += step * within
      stand()
      count -= within
      if (count === 0) return
      const leap = blocks.leap?.(run.created_at, run.batch_pk, count)
      if (leap === undefined) load(run.created_at, run.batch_pk, false)
      else load(leap.created_at, leap.batch_pk, leap.inclusive)
      count -= leap?.passed ?? 1
    }
  }

  load(from.created_at, from.batch_pk, true)
  return run
}

/** A run of places that are already at hand, in ascending order. */
export function listWalk(order: Order, from: Place, places: Postings): Walk {
  let given = false
  return blockWalk(order, from, {
    load(into) {
      into.n = given ? 0 : places.n
      into.times = places.times
      into.pks = places.pks
      given = true
    },
  })
}

/** Every place that is in at least one of the runs. */
export function unionWalk(order: Order, runs: readonly Walk[]): Walk {
  if (runs.length === 1) return runs[0]!
  const step = order === 'asc' ? 1 : -1
  let heads = runs.filter((run) => !run.ended)
  const union = { created_at: 0, batch_pk: 0, ended: false, next, seek, skip }

  function stand(): void {
    let first = heads[0]
    if (first === undefined) {
      union.ended = true
      return
    }
    for (const head of heads)
      if (compare(head.created_at, head.batch_pk, first.created_at, first.batch_pk) * step < 0) first = head
    union.created_at = first.created_at
    union.batch_pk = first.batch_pk
  }

  function next(): void {
    let ended = false
    for (const head of heads)
      if (head.batch_pk === union.batch_pk && head.created_at === union.created_at) {
        head.next()
        ended ||= head.ended
      }
    if (ended) heads = heads.filter((head) => !head.ended)
    stand()
  }

  function seek(created_at: number, batch_pk: number): void {
    for (const head of heads) head.seek(created_at, batch_pk)
    heads = heads.filter((head) => !head.ended)
    stand()
  }

  function skip(count: number): void {
    for (; count > 0 && !union.ended; count--) {
      if (heads.length === 1) {
        heads[0]!.skip(count)
        heads = heads.filter((head) => !head.ended)
        return stand()
      }
      next()
    }
  }

  stand()
  return union
}

/** Every place that is in all of the runs. Put the rarest first: it leads, the others are asked. */
export function meetingWalk(order: Order, runs: readonly Walk[]): Walk {
  const lead = runs[0]!
  if (runs.length === 1) return lead
  const step = order === 'asc' ? 1 : -1
  const meeting = { created_at: 0, batch_pk: 0, ended: false, next, seek, skip }

  function meet(): void {
    let agreed = 1
    for (let i = 1; agreed < runs.length && !lead.ended; i = i === runs.length - 1 ? 1 : i + 1) {
      const other = runs[i]!
      other.seek(lead.created_at, lead.batch_pk)
      if (other.ended) break
      if (compare(other.created_at, other.batch_pk, lead.created_at, lead.batch_pk) * step > 0) {
        lead.seek(other.created_at, other.batch_pk)
        agreed = 1
      } else agreed++
    }
    meeting.ended = agreed < runs.length
    meeting.created_at = lead.created_at
    meeting.batch_pk = lead.batch_pk
  }

  function next(): void {
    lead.next()
    meet()
  }

  function seek(created_at: number, batch_pk: number): void {
    lead.seek(created_at, batch_pk)
    meet()
  }

  function skip(count: number): void {
    for (; count > 0 && !meeting.ended; count--) next()
  }

  meet()
  return meeting
}
