/** What is to happen, by virtual time; what was put in first comes first among equals. */
export interface Agenda {
  at(time: number, run: () => void): void
  next(): { readonly time: number; readonly run: () => void } | undefined
}

interface Item {
  readonly time: number
  readonly order: number
  readonly run: () => void
}

const before = (a: Item, b: Item) => a.time < b.time || (a.time === b.time && a.order < b.order)

export function agenda(): Agenda {
  const heap: Item[] = []
  let order = 0
  const swap = (a: number, b: number) => ([heap[a], heap[b]] = [heap[b]!, heap[a]!])
  return {
    at(time, run) {
      heap.push({ time, order: (order += 1), run })
      for (let child = heap.length - 1; child > 0;) {
        const parent = (child - 1) >> 1
        if (!before(heap[child]!, heap[parent]!)) return
        swap(child, parent)
        child = parent
      }
    },
    next() {
      const first = heap[0]
      const last = heap.pop()
      if (first === undefined || last === undefined || heap.length === 0) return first
      heap[0] = last
      for (let parent = 0; ;) {
        const left = parent * 2 + 1
        let least = left
        if (left >= heap.length) return first
        if (left + 1 < heap.length && before(heap[left + 1]!, heap[left]!)) least = left + 1
        if (!before(heap[least]!, heap[parent]!)) return first
        swap(parent, least)
        parent = least
      }
    },
  }
}
