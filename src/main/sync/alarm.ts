/** One time to wake at: the last one set counts. */
export interface Alarm {
  /** @param ring what to do then instead of what is always done */
  set(ms: number, ring?: () => void): void
  /** Wakes in `ms` if it would not sooner: asked for without a pause, it is not put off. */
  within(ms: number): void
  clear(): void
}

export function createAlarm(wake: () => void): Alarm {
  let timer: NodeJS.Timeout | undefined
  let due = Infinity
  const self: Alarm = {
    set(ms, ring = wake) {
      clearTimeout(timer)
      due = performance.now() + ms
      timer = setTimeout(() => {
        due = Infinity
        ring()
      }, ms)
    },
    within(ms) {
      if (performance.now() + ms < due) self.set(ms)
    },
    clear: () => clearTimeout(timer),
  }
  return self
}
