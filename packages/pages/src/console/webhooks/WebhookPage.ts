/** `<console-webhook>`: one webhook, what it was not told, and what is sent to it again. */
import { html, nothing, type TemplateResult } from "lit"
import { countOf } from "../../sale/TimeLeft.ts"
import { part } from "../calls/AdminCalls.ts"
import type { DeliveryPage, WebhookDelivery, WebhookDetails, WebhookReplayRow } from "../calls/WebhookWire.ts"
import type { Change } from "../parts/Change.ts"
import { badge } from "../parts/ItemCells.ts"
import { PageElement } from "../parts/PageElement.ts"
import { empty, moment, type Shown, shown } from "../parts/Panels.ts"
import { hrefOf } from "../parts/Route.ts"
import { type Column, facts, pager, table } from "../parts/Table.ts"
import { conditionOf, replayOf } from "../words/WebhookWords.ts"
import { enable, replayDead, replayTimes, test } from "./WebhookActions.ts"
import { condition } from "./WebhooksPage.ts"

const EVERY = 3_000

/** Why it failed; an answer says less than an error. */
const why = ({ error, status }: WebhookDelivery): string =>
  status === undefined ? error ?? "–" : `Answered with ${status}`

const DELIVERIES: ReadonlyArray<Column<WebhookDelivery>> = [
  { name: "Event", of: ({ type }) => type },
  {
    name: "Order or item",
    of: ({ item_id: item, request_id: order }) =>
      order === undefined
        ? item === undefined ? "–" : html`<a href=${hrefOf(["items", item])}>${item}</a>`
        : html`<a href=${hrefOf(["orders", order])}>${order}</a>`
  },
  { name: "State", of: ({ state }) => state === "dead" ? badge("bad", "Given up") : badge("warn", "Waiting") },
  { name: "Attempts", of: ({ attempts }) => countOf(attempts), isNumber: true },
  { name: "Why", of: why, isText: true },
  { name: "Again", of: ({ due_at: at }) => moment(at) },
  { name: "Since", of: ({ since }) => moment(since), isWide: true },
  { name: "Event id", of: ({ event_id: id }) => html`<code>${id}</code>`, isWide: true }
]

const REPLAYS: ReadonlyArray<Column<WebhookReplayRow>> = [
  { name: "No.", of: ({ id }) => id, isNumber: true },
  { name: "What", of: replayOf, isText: true },
  {
    name: "State",
    of: ({ done_at: done }) => done === undefined ? badge("warn", "Goes on") : badge("good", "Done")
  },
  { name: "Sent", of: ({ sent }) => countOf(sent), isNumber: true },
  { name: "Who", of: ({ by }) => by },
  { name: "Why", of: ({ reason }) => reason ?? "–", isText: true },
  { name: "Asked for", of: ({ asked_at: at }) => moment(at), isWide: true }
]

export class ConsoleWebhook extends PageElement {
  readonly #webhook = this.loads(
    (signal) => this.context.calls.get<WebhookDetails>(`/webhooks/${part(this.#name)}`, signal),
    EVERY
  )
  readonly #deliveries = this.loads((signal) => {
    const { query } = this.route
    return this.context.calls.get<DeliveryPage>(`/webhooks/${part(this.#name)}/deliveries`, signal, {
      dead: query.get("dead") ?? undefined,
      cursor: query.get("cursor") ?? undefined
    })
  }, EVERY)
  readonly #after = () => {
    this.#webhook.reload()
    this.#deliveries.reload()
  }

  get #name(): string {
    return this.route.path[1] ?? ""
  }

  #button(words: string, change: () => Change, look = ""): TemplateResult {
    return html`<button type="button" class=${look} @click=${() => this.context.ask(change())}>${words}</button>`
  }

  #actions({ condition, dead, name }: WebhookDetails): Shown {
    if (!this.may("admin")) return nothing
    const { calls } = this.context
    return html`
      ${this.#button("Test", () => test(calls, name, this.#after))}
      ${dead === 0 ? nothing : this.#button("Send again what was given up", () => replayDead(calls, name, this.#after))}
      ${this.#button("Send events again", () => replayTimes(calls, name, this.#after))}
      ${condition === "gone" ? this.#button("Deliver again", () => enable(calls, name, this.#after), "main") : nothing}
    `
  }

  #show(webhook: WebhookDetails): Shown {
    return html`
      <div class="page-head">
        <h1>${webhook.name}</h1> ${condition(webhook)}
        <div class="actions">${this.#actions(webhook)}</div>
      </div>
      <p>${conditionOf(webhook).text}</p>
      <div class="columns">
        ${
      facts([
        ["Address", webhook.url],
        ["Events", webhook.events.join(", ")],
        ["Waiting", countOf(webhook.waiting)],
        ["Given up", countOf(webhook.dead)]
      ])
    }
        ${
      facts([
        ["Behind since", moment(webhook.oldest_at)],
        ["Took one last", moment(webhook.last_success_at)],
        ["Took none last", moment(webhook.last_failure_at)],
        ["Why", webhook.last_failure ?? "–"],
        ["Delivered by", webhook.holder ?? "nobody"]
      ])
    }
      </div>
    `
  }

  /** All of them, those that wait, or those that were given up. */
  #choices(): TemplateResult {
    const chosen = this.route.query.get("dead")
    const choice = (dead: string | undefined, words: string) =>
      html`<a href=${hrefOf(this.route.path, { dead })}
        aria-current=${chosen === (dead ?? null) ? "true" : nothing}>${words}</a>`
    return html`<nav class="choices" aria-label="Which deliveries">${choice(undefined, "All")}
      ${choice("false", "Waiting")} ${choice("true", "Given up")}</nav>`
  }

  #list({ deliveries, next }: DeliveryPage): Shown {
    return deliveries.length === 0
      ? empty("Nothing waits here", "What was taken is not kept.")
      : html`${table("Deliveries", DELIVERIES, deliveries)} ${pager(this.route, next)}`
  }

  override render() {
    const { value } = this.#webhook
    return html`
      <p class="crumbs"><a href=${hrefOf(["webhooks"])}>Webhooks</a></p>
      ${shown(this.#webhook, (webhook) => this.#show(webhook))}
      <section aria-labelledby="not-told">
        <h2 id="not-told">What it was not told</h2>
        ${this.#choices()} ${shown(this.#deliveries, (page) => this.#list(page))}
      </section>
      ${
      value === undefined || value.replays.length === 0 ?
        nothing :
        html`<section aria-labelledby="replays"><h2 id="replays">Sent again</h2>
          ${table("Replays", REPLAYS, value.replays)}</section>`
    }
    `
  }
}
