/** How a plot is drawn. */
import type uPlot from "uplot"
import { minuteOf } from "../words/Moments.ts"
import { WINDOW } from "./Samples.ts"

export interface Line {
  readonly label: string
  /** A colour of the design. */
  readonly tone: "accent" | "good" | "warn" | "bad"
  readonly isDashed?: boolean
  readonly values: ReadonlyArray<number | null>
}

export const HEIGHT = 132
const FONT = "12px system-ui, sans-serif"
/** Room for the numbers at the side, so that plots below each other begin at one line. */
const SIDE = 54
const BELOW = 26

/** What a token is now: it may be another one in the dark. */
const colourOf = (element: Element, token: string): string => {
  const probe = document.createElement("span")
  probe.style.color = `var(${token})`
  element.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}

export interface Plotted {
  /** Where its colours are looked up. */
  readonly element: Element
  readonly width: number
  readonly lines: ReadonlyArray<Line>
  readonly format: (value: number) => string
  /** The time of the last value, in seconds since 1970; undefined where there is none. */
  readonly last: () => number | undefined
  /** Where the pointer is; undefined where it is elsewhere. */
  readonly onPointed: (at: number | undefined) => void
}

/** By the colours of now. */
export const plotOptions = ({ element, format, last, lines, onPointed, width }: Plotted): uPlot.Options => {
  const [ink, line] = [colourOf(element, "--fs-muted"), colourOf(element, "--fs-line")]
  const axis = { stroke: ink, font: FONT, grid: { stroke: line, width: 1 }, ticks: { show: false } }
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, sync: { key: "console" } },
    scales: {
      x: { time: true, range: () => [(last() ?? WINDOW) - WINDOW, last() ?? WINDOW] },
      y: { range: (_, __, most) => [0, most > 0 ? most * 1.1 : 1] }
    },
    axes: [
      {
        ...axis,
        size: BELOW,
        grid: { show: false },
        values: (_, splits) => splits.map((at) => minuteOf(at * 1_000))
      },
      { ...axis, size: SIDE, values: (_, splits) => splits.map((value) => format(value)) }
    ],
    series: [
      {},
      ...lines.map(({ isDashed, tone }) => ({
        stroke: colourOf(element, `--fs-${tone}`),
        width: 1.5,
        ...(isDashed === true ? { dash: [5, 4] } : {}),
        points: { show: false }
      }))
    ],
    hooks: { setCursor: [({ cursor: { idx } }) => onPointed(idx ?? undefined)] }
  }
}
