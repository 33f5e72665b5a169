import type { BatchYield } from '../model/yield.ts'

/** As many days as there is room for in a line. */
const DAYS = 14

/** The last days as columns: tested units, the part of them that passed at the first go filled. It only repeats what stands beside it. */
export function YieldPicture({ days }: { readonly days: BatchYield['days'] }) {
  const shown = days.slice(-DAYS)
  const most = Math.max(1, ...shown.map(({ tested }) => tested))
  return (
    <span className="yield-picture" aria-hidden>
      {shown.map(({ day, tested, first_passed }) => (
        <span key={day} className="yield-column" style={{ blockSize: percent(tested / most) }}>
          <span style={{ blockSize: percent(first_passed / tested) }} />
        </span>
      ))}
    </span>
  )
}

const percent = (share: number) => `${share * 100}%`
