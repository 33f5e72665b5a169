import { PerformanceObserver } from 'node:perf_hooks'
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

/** Room for what is made and thrown away at once. Half of it is in use: 4 MB, some hundred requests' worth. */
const YOUNG_MB = 8

/**
 * Keeps V8 from letting its youngest objects take 134 MB, which it does on a PC with much memory as soon as a program makes
 * a lot of them, and keeps: all of that is garbage that waits. From 8 MB on it does not double any more.
 */
export function keepYoungObjectsFew(): void {
  const observer = new PerformanceObserver(() => {
    if (youngMb() < YOUNG_MB) return
    setFlagsFromString('--semi-space-growth-factor=1')
    observer.disconnect()
  })
  observer.observe({ entryTypes: ['gc'] })
}

function youngMb(): number {
  const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')
  return (space?.space_size ?? 0) / 2 ** 20
}
