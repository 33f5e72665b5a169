import { type KeyboardEvent, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'

import {
  type Extent,
  barOf,
  clampOffset,
  offsetAfter,
  offsetShowing,
  trackHeight,
  visibleRows,
} from './list-window.ts'

interface LongListOptions {
  readonly count: number
  readonly row: number
  /** Which row stands at an index, if it is known. */
  readonly identify: (index: number) => string | undefined
}

/** Ties the arithmetic of list-window.ts to a scrolling element. */
export function useLongList({ count, row, identify }: LongListOptions) {
  const scroller = useRef<HTMLDivElement>(null)
  const track = useRef<HTMLDivElement>(null)
  const view = useRef<HTMLDivElement>(null)
  const [height, setHeight] = useState(0)
  const [offset, setOffset] = useState(0)
  const bar = useRef(0)
  const focus = useRef<number | undefined>(undefined)
  const extent: Extent = { count, row, view: height }
  // Handlers outlive the render that made them.
  const latest = useRef({ extent, offset })
  latest.current = { extent, offset: clampOffset(extent, offset) }

  const settleBar = useCallback(() => {
    const element = scroller.current
    if (!element) return
    element.scrollTop = barOf(latest.current.extent, latest.current.offset)
    bar.current = element.scrollTop
  }, [])

  const moveTo = useCallback((next: number) => {
    latest.current = { ...latest.current, offset: clampOffset(latest.current.extent, next) }
    setOffset(latest.current.offset)
  }, [])

  const scrollTo = useCallback(
    (next: number) => {
      moveTo(next)
      settleBar()
    },
    [moveTo, settleBar],
  )

  function onScroll(): void {
    const element = scroller.current
    if (!element || element.scrollTop === bar.current) return
    moveTo(offsetAfter(latest.current.extent, latest.current.offset, bar.current, element.scrollTop))
    bar.current = element.scrollTop
  }

  useLayoutEffect(() => {
    const element = scroller.current
    if (!element) return
    const observer = new ResizeObserver(() => setHeight(element.clientHeight))
    observer.observe(element)
    setHeight(element.clientHeight)
    element.addEventListener('scrollend', settleBar)
    return () => {
      observer.disconnect()
      element.removeEventListener('scrollend', settleBar)
    }
  }, [settleBar])

  useLayoutEffect(() => {
    if (track.current) track.current.style.height = `${trackHeight({ count, row, view: height })}px`
    if (view.current) view.current.style.height = `${height}px`
    settleBar()
  }, [count, row, height, settleBar])

  const shown = latest.current.offset
  useStay(shown, row, identify, scrollTo)

  const { first, end } = visibleRows(extent, shown)
  function tryFocus(): void {
    if (focus.current === undefined) return
    const link = view.current?.querySelector<HTMLElement>(`[data-index="${focus.current}"]`)
    if (!link) return
    focus.current = undefined
    link.focus({ preventScroll: true })
  }
  useEffect(tryFocus)

  const showRow = useCallback(
    (index: number) => scrollTo(offsetShowing(latest.current.extent, latest.current.offset, index)),
    [scrollTo],
  )

  /** Brings a row into view and puts the focus on it, as soon as it is there. */
  function focusRow(index: number): void {
    focus.current = index
    showRow(index)
    tryFocus()
  }

  /** The arrows walk from row to row, Home and End lead to the ends. */
  function onKeyDown(event: KeyboardEvent<HTMLDivElement>): void {
    const focused = Number((document.activeElement as HTMLElement | null)?.dataset['index'] ?? -1)
    const step = Math.max(1, end - first - 3)
    const targets: Readonly<Record<string, number>> = {
      ArrowDown: focused + 1,
      ArrowUp: focused - 1,
      PageDown: focused + step,
      PageUp: focused - step,
      Home: 0,
      End: count - 1,
    }
    const target = targets[event.key]
    if (target === undefined || count === 0) return
    event.preventDefault()
    focusRow(Math.min(Math.max(0, target), count - 1))
  }

  return {
    /** How much of the list is visible is known: rows can be shown. */
    ready: height > 0,
    scroller,
    track,
    view,
    offset: shown,
    first,
    end,
    onScroll,
    onKeyDown,
    scrollTo,
    showRow,
    focusRow,
  }
}

/** How far rows may have moved and still be found again. */
const LOOK = 100

/**
 * Rows that come in above must not move the row under somebody's finger. At the very top the list follows what is new;
 * below it, the first visible row stays where it is.
 */
function useStay(
  offset: number,
  row: number,
  identify: (index: number) => string | undefined,
  scrollTo: (offset: number) => void,
): void {
  const anchor = useRef<{ id: string | undefined; index: number }>({ id: undefined, index: 0 })
  useLayoutEffect(() => {
    const index = Math.floor(offset / row)
    const { id, index: before } = anchor.current
    const now = identify(index)
    if (id !== undefined && index === before && index > 0 && now !== undefined && now !== id) {
      for (let by = -LOOK; by <= LOOK; by++) {
        if (identify(index + by) !== id) continue
        anchor.current = { id, index: index + by }
        scrollTo(offset + by * row)
        return
      }
    }
    anchor.current = { id: now, index }
  })
}
