/**
 * What a page of the console is: an element that shows something of the engine, in the document itself, as the console
 * has one style for all.
 */
import { LitElement, type PropertyValues } from "lit"
import { may, type Scope } from "../calls/Operator.ts"
import type { ConsoleContext } from "./ConsoleContext.ts"
import { Loaded } from "./Loaded.ts"
import { type Route, routeOf } from "./Route.ts"

export class PageElement extends LitElement {
  static override properties = { context: { attribute: false }, route: { attribute: false } }

  declare context: ConsoleContext
  declare route: Route
  readonly #loaded: Array<Loaded<unknown>> = []
  #forgetBack = () => {}

  constructor() {
    super()
    this.route = routeOf("")
  }

  override createRenderRoot(): HTMLElement {
    return this
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#forgetBack = this.context.calls.reach.onBack(() => {
      for (const loaded of this.#loaded) loaded.engineIsBack()
    })
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#forgetBack()
  }

  /** Another place in the same page is another question. */
  override willUpdate(changed: PropertyValues): void {
    if (!changed.has("route") || !this.hasUpdated) return
    for (const loaded of this.#loaded) loaded.restart()
  }

  /** Whether the operator's key has this scope. What it may not do it does not see. */
  may(scope: Scope): boolean {
    return may(this.context.operator, scope)
  }

  /** Asks as soon as the page is there, after each change of the route, and so many milliseconds after each answer. */
  loads<A>(ask: (signal: AbortSignal) => Promise<A>, every?: number): Loaded<A> {
    const loaded = new Loaded(this, ask, every)
    this.#loaded.push(loaded)
    return loaded
  }
}
