/** `<engine-home>`: what this is, whether it is healthy, and where things are. */
import { html, LitElement, nothing } from "lit"
import { pressed, tokens } from "../elements/Styles.ts"
import { whileShown } from "../sale/Shown.ts"
import { pause } from "../sale/Timers.ts"
import { type EngineHealth, lookAt } from "./EngineReads.ts"
import { styles } from "./HomeStyles.ts"
import { itemWords, type ListedItem } from "./ItemWords.ts"

/** How long after one look the next is taken, in milliseconds. */
const LOOK_EVERY = 5_000
/** What was seen longer ago is not shown as if it were so now, in milliseconds. */
const OLD = 15_000

export class EngineHome extends LitElement {
  static override properties = { docs: { type: Boolean }, health: { state: true }, items: { state: true } }
  static override styles = [tokens, pressed, styles]

  declare docs: boolean
  declare health: EngineHealth | undefined
  declare items: ReadonlyArray<ListedItem> | undefined
  #leaving = new AbortController()
  #lookedAt = -Infinity

  override connectedCallback(): void {
    super.connectedCallback()
    this.#leaving = new AbortController()
    void whileShown(document, this.#leaving.signal, (signal) => this.#follow(signal))
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#leaving.abort()
  }

  async #follow(signal: AbortSignal): Promise<void> {
    if (performance.now() - this.#lookedAt > OLD) {
      this.health = undefined
      this.items = undefined
    }
    while (!signal.aborted) {
      const { health, items } = await lookAt(signal)
      if (signal.aborted) return
      this.#lookedAt = performance.now()
      this.health = health
      this.items = items ?? this.items
      await pause(LOOK_EVERY, signal)
    }
  }

  #part(name: string, isGood: boolean | undefined, words: readonly [string, string]) {
    return html`
      <div>
        <dt>${name}</dt>
        <dd class=${isGood === undefined ? "muted" : isGood ? "good" : "bad"}>
          ${isGood === undefined ? "…" : isGood ? words[0] : words[1]}
        </dd>
      </div>
    `
  }

  #items() {
    if (this.items === undefined) return html`<ul class="items" aria-busy="true"></ul>`
    if (this.items.length === 0) return html`<p class="muted items">Nothing is on sale yet.</p>`
    return html`
      <ul class="items">
        ${
      this.items.map((item) =>
        html`<li><a href="/shop/${encodeURIComponent(item.item_id)}"><span>Item ${item.item_id}</span>
            <span class="figures">${itemWords(item)}</span></a></li>`
      )
    }
      </ul>
    `
  }

  override render() {
    const { health } = this
    return html`
      <main>
        <div>
          <h1>Flash Sale Engine</h1>
          <p class="muted">Every accepted order is kept, and exactly what is in stock is sold.</p>
        </div>
        <section aria-labelledby="health">
          <h2 id="health">Health</h2>
          <dl class="parts" role="presentation">
            ${
      this.#part("Engine", health && health.isHealthy, [
        "Healthy",
        health?.isThere === false ? "Not reachable" : "Degraded"
      ])
    }
            ${this.#part("Stock", health && health.redis, ["Up", "Away"])}
            ${this.#part("Order log", health && health.kafka, ["Up", "Away"])}
          </dl>
        </section>
        <section aria-labelledby="shop">
          <h2 id="shop">Shop</h2>
          ${this.#items()}
        </section>
        <section aria-labelledby="more">
          <h2 id="more">For programs</h2>
          <ul>
            ${this.docs ? html`<li><a href="/docs"><span>API</span><span class="muted">/docs</span></a></li>` : nothing}
            <li><a href="/openapi.json"><span>OpenAPI</span><span class="muted">/openapi.json</span></a></li>
            <li><a href="/asyncapi.json"><span>Events</span><span class="muted">/asyncapi.json</span></a></li>
          </ul>
        </section>
      </main>
    `
  }
}

customElements.define("engine-home", EngineHome)
