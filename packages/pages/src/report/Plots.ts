/**
 * Draws the plots of a report. It stands in its document behind `uPlot` and the values: so it imports types alone.
 */
import type uPlot from "uplot"
import type { Timeline } from "./LoadReport.ts"

interface Line {
  readonly name: string
  readonly token: string
  readonly values: ReadonlyArray<number | null>
}

interface Drawn {
  readonly title: string
  readonly unit: string
  readonly lines: ReadonlyArray<Line>
}

/** Colours of lines, as tokens of the design. */
const TOKENS = ["--fs-good", "--fs-accent", "--fs-warn", "--fs-bad", "--fs-muted", "--fs-ink", "--fs-accent-strong"]
const HEIGHT = 240
const FONT = "12px system-ui, sans-serif"

interface Before {
  readonly uPlot: typeof uPlot
  readonly timeline: Timeline
}

const { timeline, uPlot: make } = globalThis as unknown as Before
let plots: ReadonlyArray<uPlot> = []

const colourOf = (token: string): string => {
  const probe = document.createElement("span")
  probe.style.color = `var(${token})`
  document.body.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}

const DRAWN: ReadonlyArray<Drawn> = [
  {
    title: "Orders",
    unit: "a second",
    lines: [
      { name: "to be sent", token: "--fs-muted", values: timeline.due },
      { name: "answered", token: "--fs-accent", values: timeline.answered }
    ]
  },
  {
    title: "Latency",
    unit: "ms",
    lines: [
      { name: "p50", token: "--fs-good", values: timeline.p50 },
      { name: "p90", token: "--fs-accent", values: timeline.p90 },
      { name: "p99", token: "--fs-bad", values: timeline.p99 }
    ]
  },
  {
    title: "Answers",
    unit: "a second",
    lines: timeline.outcomes.map(({ name, rates }, index) => ({
      name,
      token: TOKENS[index % TOKENS.length]!,
      values: rates
    }))
  }
]

const draw = ({ lines, title, unit }: Drawn, place: HTMLElement): uPlot => {
  const axis = {
    stroke: colourOf("--fs-muted"),
    font: FONT,
    grid: { stroke: colourOf("--fs-line"), width: 1 },
    ticks: { show: false }
  }
  return new make(
    {
      title: `${title}, ${unit}`,
      width: place.clientWidth,
      height: HEIGHT,
      cursor: { drag: { x: false, y: false }, sync: { key: "report" } },
      scales: { x: { time: false }, y: { range: (_, __, most) => [0, most > 0 ? most * 1.1 : 1] } },
      axes: [{ ...axis, size: 30, values: (_, splits) => splits.map((at) => `${at} s`) }, { ...axis, size: 64 }],
      series: [
        { label: "Second" },
        ...lines.map(({ name, token }) => ({
          label: name,
          stroke: colourOf(token),
          width: 1.5,
          spanGaps: true,
          points: { show: false }
        }))
      ]
    },
    [[...timeline.at], ...lines.map(({ values }) => [...values])],
    place
  )
}

const drawAll = (): void => {
  for (const plot of plots) plot.destroy()
  plots = DRAWN.map((drawn, index) => draw(drawn, document.getElementById(`plot-${index}`)!))
}

drawAll()
addEventListener("resize", drawAll)
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll)
