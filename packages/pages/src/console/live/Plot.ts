/** `<console-plot>`: lines over the last quarter of an hour, with what they are now, or where the pointer is. */
import { html, LitElement, type PropertyValues } from "lit"
import uPlot from "uplot"
import { after } from "../../sale/Timers.ts"
import { timeOf } from "../words/Moments.ts"
import { HEIGHT, type Line, plotOptions } from "./PlotOptions.ts"

/** Lines move by a second at a time, however often something is told, in milliseconds. */
const REDRAWN_AFTER = 900
/** Less is no plot, in pixels. */
const NARROWEST = 160

export class ConsolePlot extends LitElement {
  static override properties = {
    heading: {},
    times: { attribute: false },
    lines: { attribute: false },
    format: { attribute: false },
    asOf: { attribute: false },
    pointed: { state: true }
  }

  declare heading: string
  /** Seconds since 1970. */
  declare times: ReadonlyArray<number>
  /** As many each time. */
  declare lines: ReadonlyArray<Line>
  declare format: (value: number) => string
  /** When the last of it was told, in milliseconds since 1970; undefined where that is now. */
  declare asOf: number | undefined
  declare pointed: number | undefined
  #plot: uPlot | undefined
  #drawn = -Infinity
  #cancelDraw = () => {}
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
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#draw(), { signal })
    const sizes = new ResizeObserver(([entry]) => {
      if (entry !== undefined) this.#plot?.setSize({ width: Math.floor(entry.contentRect.width), height: HEIGHT })
    })
    sizes.observe(this)
    signal.addEventListener("abort", () => sizes.disconnect())
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#leaving.abort()
    this.#cancelDraw()
    this.#plot?.destroy()
    this.#plot = undefined
  }

  #line({ isDashed, label, tone, values }: Line, at: number) {
    const look = `tone-${tone} ${isDashed === true ? "dashed" : ""}`
    const value = values[at] ?? undefined
    return html`<li><svg viewBox="0 0 16 4" aria-hidden="true" class=${look}><path d="M0 2h16" /></svg>${label}
      <b>${value === undefined ? "–" : this.format(value)}</b></li>`
  }

  get #last(): string {
    return this.asOf === undefined ? "now" : `as of ${timeOf(this.asOf)}`
  }

  override render() {
    const at = this.pointed ?? this.times.length - 1
    const time = this.times[at]
    return html`
      <div class="plot-head">
        <h2>${this.heading}</h2>
        <ul>${this.lines.map((line) => this.#line(line, at))}</ul>
        <span class="muted">${
      this.pointed !== undefined && time !== undefined ? timeOf(time * 1_000) : this.#last
    }</span>
      </div>
      <div class="plot-canvas" role="img" aria-label="${this.heading}: the last 15 minutes"></div>
    `
  }

  override updated(changed: PropertyValues): void {
    if (this.#plot === undefined) this.#begin()
    else if (changed.has("times") && performance.now() - this.#drawn >= REDRAWN_AFTER) {
      this.#plot.setData(this.#data())
      this.#drawn = performance.now()
    }
  }

  /** Each plot in a task of its own, after the numbers are there. */
  #begin(): void {
    this.#cancelDraw()
    this.#cancelDraw = after(0, () => this.#draw())
  }

  #data(): uPlot.AlignedData {
    return [this.times, ...this.lines.map(({ values }) => values)] as unknown as uPlot.AlignedData
  }

  /** Anew, with the colours of now. */
  #draw(): void {
    const place = this.querySelector<HTMLElement>(".plot-canvas")
    if (place === null) return
    this.#plot?.destroy()
    const options = plotOptions({
      element: this,
      width: Math.max(NARROWEST, Math.floor(place.clientWidth)),
      lines: this.lines,
      format: this.format,
      last: () => this.times.at(-1),
      onPointed: (at) => this.pointed = at
    })
    this.#plot = new uPlot(options, this.#data(), place)
    this.#drawn = performance.now()
  }
}
