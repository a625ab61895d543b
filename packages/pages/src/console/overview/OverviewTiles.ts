/** The engine at a glance, as numbers. */
import { html, nothing, type TemplateResult } from "lit"
import { countOf } from "../../sale/TimeLeft.ts"
import type { Overview } from "../calls/Wire.ts"
import type { Shown } from "../parts/Panels.ts"
import { hrefOf } from "../parts/Route.ts"
import { durationOf, numbered, rateOf, shareOf, sumOf } from "../words/Figures.ts"
import { isFailing, letterTone, type PaymentShares } from "../words/Problems.ts"
import { byCount, refusedWords } from "../words/RefusedWords.ts"

const tile = (name: string, value: Shown, below: Shown = nothing, look = ""): TemplateResult =>
  html`
    <div class="tile ${look}">
      <dt>${name}</dt>
      <dd class="figure">${value}</dd>
      <dd class="small muted">${below}</dd>
    </div>
  `

/** The code that most have, with its number. */
const mostly = (rates: Readonly<Record<string, number>>): string => {
  const [most] = byCount(rates)
  return most === undefined ? "none" : `${refusedWords(most[0])} ${rateOf(most[1])}`
}

const letters = (overview: Overview, isLinked: boolean): TemplateResult => {
  const { dead_letters: counts } = overview.processors
  const size = counts?.size ?? 0
  const value = counts === undefined ? "–" : countOf(size)
  const shown = isLinked && size > 0 ? html`<a href=${hrefOf(["dead-letters"])}>${value}</a>` : value
  return tile(
    "Dead letters",
    shown,
    size === 0 ? "none" : `oldest ${durationOf(counts!.oldest_seconds)}`,
    letterTone(counts)
  )
}

const failing = (shares: PaymentShares | undefined): TemplateResult =>
  shares === undefined
    ? tile("Payments that fail", "–", "too few in the last minute")
    : tile(
      "Payments that fail",
      shareOf(shares.failed),
      `in the last minute, ${shareOf(shares.declined)} declined`,
      isFailing(shares) ? "bad" : ""
    )

/** `seesLetters` is whether the operator may look at them. */
export const tiles = (
  overview: Overview,
  shares: PaymentShares | undefined,
  seesLetters: boolean
): TemplateResult => {
  const { gateways, processors } = overview
  const { lag, partitions, payments } = processors
  const failed = sumOf(gateways.failed_per_second)
  const total = partitions.total ??
    partitions.running + partitions.recovering + partitions.waiting + partitions.refusing
  return html`
    <dl class="tiles four">
      ${
    tile(
      "Accepted a second",
      rateOf(gateways.accepted_per_second),
      `of ${rateOf(gateways.received_per_second)} received`
    )
  }
      ${tile("Refused a second", rateOf(sumOf(gateways.refused_per_second)), mostly(gateways.refused_per_second))}
      ${
    tile(
      "Failed answers a second",
      rateOf(failed),
      mostly(gateways.failed_per_second),
      failed > 0 ? "bad" : ""
    )
  }
      ${tile("Behind", durationOf(lag.seconds), numbered(lag.records, "record waits", "records wait"))}
      ${
    tile(
      "Payments a second",
      rateOf(sumOf(payments.per_second)),
      `${countOf(payments.in_flight)} under way${payments.simulated ? ", simulated" : ""}`,
      payments.held_back ? "bad" : ""
    )
  }
      ${failing(shares)} ${letters(overview, seesLetters)}
      ${
    tile(
      "Partitions that run",
      `${countOf(partitions.running)} of ${countOf(total)}`,
      `${numbered(gateways.count + processors.count, "instance")}, ${numbered(gateways.streams, "open stream")}`
    )
  }
    </dl>
  `
}
