/** `<console-keys>`: which api keys there are, what each may do, and until when. */
import { html, nothing, type TemplateResult } from "lit"
import type { KeyList, KeyView } from "../calls/AccountWire.ts"
import { badge } from "../parts/ItemCells.ts"
import { PageElement } from "../parts/PageElement.ts"
import { empty, moment, runbook, type Shown, shown } from "../parts/Panels.ts"
import { type Column, table } from "../parts/Table.ts"

const EVERY = 10_000

const STATES: Readonly<Record<KeyView["state"], readonly [look: string, words: string]>> = {
  ok: ["good", "Valid"],
  soon: ["warn", "Expires soon"],
  expired: ["bad", "Expired"]
}

const state = ({ state }: KeyView): TemplateResult => badge(...STATES[state])
const may = ({ scopes }: KeyView): string => scopes.includes("admin") ? "everything (admin)" : scopes.join(", ")

export class ConsoleKeys extends PageElement {
  readonly #list = this.loads((signal) => this.context.calls.get<KeyList>("/keys", signal), EVERY)

  get #columns(): ReadonlyArray<Column<KeyView>> {
    const own = this.context.operator.name
    return [
      {
        name: "Name",
        of: ({ name }) => html`${name} ${name === own ? html`<span class="muted">(yours)</span>` : nothing}`
      },
      { name: "State", of: state },
      { name: "May do", of: may },
      { name: "Until", of: ({ expires_at: until }) => until === undefined ? "for ever" : moment(until) }
    ]
  }

  #show({ keys }: KeyList): Shown {
    return keys.length === 0 ? empty("There are no keys") : table("Api keys", this.#columns, keys)
  }

  override render() {
    return html`
      <div class="page-head"><h1>Keys</h1></div>
      <p class="muted">Keys are made by <code>flash-sale key create</code> and taken away by
        <code>flash-sale key revoke</code>, on the machine that has their file.
        ${runbook("api-keys-and-buyers-tokens")}</p>
      ${shown(this.#list, (list) => this.#show(list))}
    `
  }
}
