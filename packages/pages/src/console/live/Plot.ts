/** `<console-plot>`: lines over the last quarter of an hour, with what they are now, or where the pointer is. */
import { html, LitElement, type PropertyValues } from "lit"
import uPlot from "uplot"
import { minuteOf, timeOf } from "../words/Moments.ts"
import { WINDOW } from "./Samples.ts"

export interface Line {
  readonly label: string
  /** A colour of the design. */
  readonly tone: "accent" | "good" | "warn" | "bad"
  readonly isDashed?: boolean
  readonly values: ReadonlyArray<number | null>
}

const HEIGHT = 132
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

export class ConsolePlot extends LitElement {
  static override properties = {
    heading: {},
    times: { attribute: false },
    lines: { attribute: false },
    format: { attribute: false },
    pointed: { state: true }
  }

  declare heading: string
  /** Seconds since 1970. */
  declare times: ReadonlyArray<number>
  /** As many each time. */
  declare lines: ReadonlyArray<Line>
  declare format: (value: number) => string
  declare pointed: number | undefined
  #plot: uPlot | undefined
  #leaving = new AbortController()

  constructor() {
    super()
    this.heading = ""
    this.times = []
    this.lines = []
    this.format = String
  }

  override createRenderRoot(): HTMLElement {
    return this
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#leaving = new AbortController()
    const { signal } = this.#leaving
    const redraw = () => this.#again()
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw, { signal })
    const sizes = new ResizeObserver(([entry]) => {
      if (entry !== undefined) this.#plot?.setSize({ width: Math.floor(entry.contentRect.width), height: HEIGHT })
    })
    sizes.observe(this)
    signal.addEventListener("abort", () => sizes.disconnect())
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#leaving.abort()
    this.#plot?.destroy()
    this.#plot = undefined
  }

  override render() {
    const at = this.pointed ?? this.times.length - 1
    const time = this.times[at]
    const value = ({ values }: Line) => {
      const found = values[at]
      return found === undefined || found === null ? "–" : this.format(found)
    }
    const said = this.lines.map((line) => `${line.label} ${value(line)}`).join(", ")
    return html`
      <div class="plot-head">
        <h2>${this.heading}</h2>
        <ul>
          ${
      this.lines.map((line) =>
        html`<li><svg viewBox="0 0 16 4" aria-hidden="true" class="tone-${line.tone} ${
          line.isDashed === true ? "dashed" : ""
        }">
          <path d="M0 2h16" /></svg>${line.label} <b>${value(line)}</b></li>`
      )
    }
        </ul>
        <span class="muted">${this.pointed === undefined || time === undefined ? "now" : timeOf(time * 1_000)}</span>
      </div>
      <div class="plot-canvas" role="img" aria-label="${this.heading}, the last 15 minutes. Now: ${said}"></div>
    `
  }

  override updated(changed: PropertyValues): void {
    if (this.#plot === undefined) this.#again()
    else if (changed.has("times")) this.#plot.setData(this.#data())
  }

  #data(): uPlot.AlignedData {
    return [this.times, ...this.lines.map(({ values }) => values)] as unknown as uPlot.AlignedData
  }

  /** With the colours of now. */
  #again(): void {
    const place = this.querySelector<HTMLElement>(".plot-canvas")
    if (place === null) return
    this.#plot?.destroy()
    this.#plot = new uPlot(this.#options(Math.max(160, Math.floor(place.clientWidth))), this.#data(), place)
  }

  #options(width: number): uPlot.Options {
    const [ink, line] = [colourOf(this, "--fs-muted"), colourOf(this, "--fs-line")]
    const axis = { stroke: ink, font: FONT, grid: { stroke: line, width: 1 }, ticks: { show: false } }
    return {
      width,
      height: HEIGHT,
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, sync: { key: "console" } },
      scales: {
        x: { time: true, range: () => [(this.times.at(-1) ?? WINDOW) - WINDOW, this.times.at(-1) ?? WINDOW] },
        y: { range: (_, __, most) => [0, most > 0 ? most * 1.1 : 1] }
      },
      axes: [
        {
          ...axis,
          size: BELOW,
          grid: { show: false },
          values: (_, splits) => splits.map((at) => minuteOf(at * 1_000))
        },
        { ...axis, size: SIDE, values: (_, splits) => splits.map((value) => this.format(value)) }
      ],
      series: [
        {},
        ...this.lines.map(({ isDashed, tone }) => ({
          stroke: colourOf(this, `--fs-${tone}`),
          width: 1.5,
          ...(isDashed === true ? { dash: [5, 4] } : {}),
          points: { show: false }
        }))
      ],
      hooks: {
        setCursor: [({ cursor: { idx } }) => {
          this.pointed = idx ?? undefined
        }]
      }
    }
  }
}

customElements.define("console-plot", ConsolePlot)
