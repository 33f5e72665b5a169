/**
 * Which rows of a long list are on the screen, by arithmetic alone: all rows are equally high, so a million of them need
 * no million of anything.
 *
 * A browser lets nothing be higher than about 33 million pixels, and a million rows of 56 are more. So the scroll bar
 * stands for a shorter list (`track`), and `offset` says where one really is. Small movements (wheel, finger, arrow) move
 * both by as much; large ones (dragging the bar, Home, End) translate the bar's place. When the movement has ended the
 * bar is put where it belongs; nothing moves on the screen for that.
 */
export interface Extent {
  readonly count: number
  readonly row: number
  /** Height of what is visible. */
  readonly view: number
}

const TRACK_MAX = 8_000_000

const fullHeight = ({ count, row }: Extent) => count * row
/** Height the browser is told. */
export const trackHeight = (extent: Extent) => Math.min(fullHeight(extent), TRACK_MAX)
const lastOffset = (extent: Extent) => Math.max(0, fullHeight(extent) - extent.view)
const lastBar = (extent: Extent) => Math.max(0, trackHeight(extent) - extent.view)

export const clampOffset = (extent: Extent, offset: number) =>
  Math.min(Math.max(0, offset), lastOffset(extent))

/** Where the bar stands for an offset. */
export function barOf(extent: Extent, offset: number): number {
  const last = lastOffset(extent)
  if (last === lastBar(extent)) return offset
  return (offset / last) * lastBar(extent)
}

/**
 * A wheel or a finger may move several screens between two frames; a bar that is dragged moves by its own pixels, each of
 * which stands for thousands. Half of one tells them apart.
 */
const farthestScroll = (extent: Extent) =>
  Math.max(2 * extent.view, trackHeight(extent) / (2 * Math.max(1, extent.view)))

/** Where one is after the bar moved from `before` to `bar`. */
export function offsetAfter(extent: Extent, offset: number, before: number, bar: number): number {
  const last = lastOffset(extent)
  const end = lastBar(extent)
  if (last === end) return clampOffset(extent, bar)
  // The ends are the ends, however one got there.
  if (bar <= 0) return 0
  if (bar >= end - 0.5) return last
  if (Math.abs(bar - before) <= farthestScroll(extent)) return clampOffset(extent, offset + bar - before)
  return clampOffset(extent, (bar / end) * last)
}

/** The rows to draw: those that are visible, and one more at each end. */
export function visibleRows({ count, row, view }: Extent, offset: number): { first: number; end: number } {
  const first = Math.max(0, Math.floor(offset / row) - 1)
  return { first, end: Math.min(count, Math.ceil((offset + view) / row) + 1) }
}

/** The smallest movement that brings a row into view wholly. */
export function offsetShowing(extent: Extent, offset: number, index: number): number {
  const top = index * extent.row
  if (top < offset) return top
  if (top + extent.row > offset + extent.view) return clampOffset(extent, top + extent.row - extent.view)
  return offset
}

/** Indices of the pages that hold these rows. */
export function pagesOf(first: number, end: number, size: number): number[] {
  if (end <= first) return []
  const from = Math.floor(first / size)
  return Array.from({ length: Math.floor((end - 1) / size) - from + 1 }, (_, i) => from + i)
}
