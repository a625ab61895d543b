/** The last quarter of an hour, as lines. */
import { html, type TemplateResult } from "lit"
import type { Line } from "../live/PlotOptions.ts"
import type { Samples, Series } from "../live/Samples.ts"
import { durationOf, rateOf } from "../words/Figures.ts"

const line = (samples: Samples, series: Series, label: string, tone: Line["tone"], isDashed = false): Line => ({
  label,
  tone,
  isDashed,
  values: samples.values[series]
})

/** `asOf` is when the last of it was told, in milliseconds since 1970; undefined where that is now. */
export const plots = (samples: Samples, asOf: number | undefined): TemplateResult => {
  const plot = (heading: string, format: (value: number) => string, lines: ReadonlyArray<Line>) =>
    html`<console-plot .heading=${heading} .times=${samples.times} .format=${format} .lines=${lines}
      .asOf=${asOf}></console-plot>`
  return html`
    <section class="plots" aria-label="The last 15 minutes">
      ${
    plot("Orders a second", rateOf, [
      line(samples, "accepted", "Accepted", "accent"),
      line(samples, "refused", "Refused", "warn", true),
      line(samples, "failed", "Failed", "bad")
    ])
  }
      ${plot("Behind", durationOf, [line(samples, "behind", "Oldest order", "accent")])}
      ${
    plot("Payments a second", rateOf, [
      line(samples, "paid", "Paid", "accent"),
      line(samples, "declined", "Declined", "warn", true),
      line(samples, "unpaid", "Failed", "bad")
    ])
  }
    </section>
  `
}
