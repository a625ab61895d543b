/** Who is asked for a key, and why one does not let anybody in. */
import { html, nothing, type TemplateResult } from "lit"
import type { Scope } from "./calls/Operator.ts"
import { refused, runbook } from "./parts/Panels.ts"

/** By scope; more than one may be on a key. */
const SCOPES: ReadonlyArray<readonly [scope: Scope, words: string]> = [
  ["read", "the overview, items, webhooks, audit, keys and doctor"],
  ["stock", "putting units in and taking them out, new items"],
  ["sale", "pausing and resuming sales, their times, prices and limits"],
  ["orders", "orders: finding and cancelling them"],
  ["refunds", "refunding orders, beside the scope orders"],
  ["dlq", "dead letters: replaying and discarding them"],
  ["admin", "all of it, and webhooks"]
]

export interface KeyFormState {
  readonly isAsking: boolean
  readonly problem: unknown
  /** Tries again with the key of before; undefined where there is none. */
  readonly again: (() => void) | undefined
  readonly onKey: (key: string) => void
}

export const keyForm = ({ again, isAsking, onKey, problem }: KeyFormState): TemplateResult => {
  const submit = (event: Event) => {
    event.preventDefault()
    const input = (event.target as HTMLFormElement).querySelector("input")!
    const key = input.value.trim()
    if (key !== "") onKey(key)
  }
  return html`
    <main class="entrance">
      <form @submit=${submit}>
        <h1>Console</h1>
        <p class="muted">Needs an api key with the scope <code>read</code>, or <code>admin</code> for everything.
          ${runbook("api-keys-and-buyers-tokens", "How to make one")}</p>
        <details class="small"><summary>What each scope shows</summary>
          <dl class="scopes">${
    SCOPES.map(([scope, words]) => html`<div><dt><code>${scope}</code></dt><dd>${words}</dd></div>`)
  }</dl></details>
        <div class="field">
          <label for="key">Api key</label>
          <input id="key" type="password" autocomplete="off" spellcheck="false" placeholder="fs_…" required
            ?disabled=${isAsking}>
        </div>
        <button type="submit" class="main" ?disabled=${isAsking}>${isAsking ? "Asking…" : "Open"}</button>
        <p class="small muted">It stays in this window until you close it.</p>
        ${problem === undefined ? nothing : refused(problem, again)}
      </form>
    </main>
  `
}
