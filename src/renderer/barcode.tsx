import { code128 } from './scanner/code128.ts'

/** Modules of white that a scanner wants beside the bars. */
const QUIET = 10

/** A barcode to be scanned off the screen: black on white in every theme. */
export function Barcode({ text, label }: { readonly text: string; readonly label: string }) {
  const widths = code128(text)
  const bars: { x: number; width: number }[] = []
  let x = QUIET
  for (const [i, width] of widths.entries()) {
    if (i % 2 === 0) bars.push({ x, width })
    x += width
  }
  return (
    <svg
      className="barcode"
      role="img"
      aria-label={label}
      viewBox={`0 0 ${x + QUIET} 60`}
      preserveAspectRatio="none"
      shapeRendering="crispEdges"
      width={(x + QUIET) * 2}
      height={160}
    >
      <rect width="100%" height="100%" fill="#fff" />
      {bars.map((bar) => (
        <rect key={bar.x} x={bar.x} width={bar.width} y={4} height={52} fill="#000" />
      ))}
    </svg>
  )
}
