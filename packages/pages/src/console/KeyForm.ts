/** Who is asked for a key, and why one does not let anybody in. */
import { html, nothing, type TemplateResult } from "lit"
import { refused, runbook } from "./parts/Panels.ts"

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
