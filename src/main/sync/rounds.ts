/** Those who wait for a round to end: when everything is sent and read, when there is trouble, or when their patience ends. */
export interface Rounds {
  readonly waiting: boolean
  /** @param after the last question that was asked before this round began */
  begin(after: number, patience_ms: number): Promise<void>
  /** Ends the rounds that began before the question `asked`. */
  end(asked: number): void
}

export function createRounds(): Rounds {
  const rounds = new Set<{ readonly after: number; readonly done: () => void }>()
  return {
    get waiting() {
      return rounds.size > 0
    },
    begin(after, patience_ms) {
      return new Promise((resolve) => {
        const end = setTimeout(done, patience_ms)
        const round = { after, done }
        function done() {
          clearTimeout(end)
          rounds.delete(round)
          resolve()
        }
        rounds.add(round)
      })
    },
    end(asked) {
      for (const round of rounds) if (round.after < asked) round.done()
    },
  }
}
