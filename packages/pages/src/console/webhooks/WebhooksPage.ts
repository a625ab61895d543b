/** `<console-webhooks>`: the shop's servers that are told events, and how that goes. */
import { html, type TemplateResult } from "lit"
import { countOf } from "../../sale/TimeLeft.ts"
import type { WebhookList, WebhookRow } from "../calls/WebhookWire.ts"
import { badge } from "../parts/ItemCells.ts"
import { PageElement } from "../parts/PageElement.ts"
import { empty, moment, runbook, type Shown, shown } from "../parts/Panels.ts"
import { hrefOf } from "../parts/Route.ts"
import { type Column, table } from "../parts/Table.ts"
import { conditionOf } from "../words/WebhookWords.ts"

const EVERY = 3_000

export const condition = (row: Parameters<typeof conditionOf>[0]): TemplateResult => {
  const { look, words } = conditionOf(row)
  return badge(look, words)
}

const COLUMNS: ReadonlyArray<Column<WebhookRow>> = [
  { name: "Name", of: ({ name }) => html`<a href=${hrefOf(["webhooks", name])}>${name}</a>` },
  { name: "State", of: condition },
  { name: "Waiting", of: ({ waiting }) => countOf(waiting), isNumber: true },
  { name: "Given up", of: ({ dead }) => dead === 0 ? "0" : badge("bad", countOf(dead)), isNumber: true },
  { name: "Behind since", of: ({ oldest_at: at }) => moment(at) },
  { name: "Took one last", of: ({ last_success_at: at }) => moment(at), isWide: true },
  { name: "Address", of: ({ url }) => url, isWide: true }
]

export class ConsoleWebhooks extends PageElement {
  readonly #list = this.loads((signal) => this.context.calls.get<WebhookList>("/webhooks", signal), EVERY)

  #show({ webhooks }: WebhookList): Shown {
    return webhooks.length === 0
      ? empty(
        "There are no webhooks",
        html`The file of the webhooks lists servers that are told what happens:
        <code>flash-sale webhook secret</code> prints an entry.`
      )
      : table("Webhooks", COLUMNS, webhooks)
  }

  override render() {
    return html`
      <div class="page-head"><h1>Webhooks</h1> ${runbook("webhooks")}</div>
      ${shown(this.#list, (list) => this.#show(list))}
    `
  }
}
