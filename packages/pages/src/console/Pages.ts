/** The pages of the console: a page is an entry here, and an element in a room of its own. */
import { html, type TemplateResult } from "lit"
import { ConsoleAudit } from "./audit/AuditPage.ts"
import { may, type Operator, type Scope } from "./calls/Operator.ts"
import { ConsoleDoctor } from "./doctor/DoctorPage.ts"
import { ConsoleItem } from "./items/ItemPage.ts"
import { ConsoleItems } from "./items/ItemsPage.ts"
import { ConsoleKeys } from "./keys/KeysPage.ts"
import { ConsoleLetter } from "./letters/LetterPage.ts"
import { ConsoleLetters } from "./letters/LettersPage.ts"
import { ConsoleOrder } from "./orders/OrderPage.ts"
import { ConsoleOrders } from "./orders/OrdersPage.ts"
import { ConsoleOverview } from "./overview/OverviewPage.ts"
import type { ConsoleContext } from "./parts/ConsoleContext.ts"
import { empty } from "./parts/Panels.ts"
import type { Route } from "./parts/Route.ts"
import { ConsoleWebhook } from "./webhooks/WebhookPage.ts"
import { ConsoleWebhooks } from "./webhooks/WebhooksPage.ts"

customElements.define("console-overview", ConsoleOverview)
customElements.define("console-items", ConsoleItems)
customElements.define("console-item", ConsoleItem)
customElements.define("console-webhooks", ConsoleWebhooks)
customElements.define("console-webhook", ConsoleWebhook)
customElements.define("console-audit", ConsoleAudit)
customElements.define("console-keys", ConsoleKeys)
customElements.define("console-doctor", ConsoleDoctor)
customElements.define("console-orders", ConsoleOrders)
customElements.define("console-order", ConsoleOrder)
customElements.define("console-letters", ConsoleLetters)
customElements.define("console-letter", ConsoleLetter)

export interface Page {
  /** The first part of its place: `#/items`. */
  readonly name: string
  readonly label: string
  /** What the key must have for it; anybody with a key where it is undefined. */
  readonly scope?: Scope
  /** Said to who has another scope, which is of no use here without that one. */
  readonly without?: { readonly has: Scope; readonly words: string }
  readonly show: (context: ConsoleContext, route: Route) => TemplateResult
}

/** In the order of the navigation; the first is where one begins. */
export const PAGES: ReadonlyArray<Page> = [
  {
    name: "overview",
    label: "Overview",
    scope: "read",
    show: (context, route) => html`<console-overview .context=${context} .route=${route}></console-overview>`
  },
  {
    name: "items",
    label: "Items",
    scope: "read",
    show: (context, route) =>
      route.path.length > 1
        ? html`<console-item .context=${context} .route=${route}></console-item>`
        : html`<console-items .context=${context} .route=${route}></console-items>`
  },
  {
    name: "orders",
    label: "Orders",
    scope: "orders",
    without: {
      has: "refunds",
      words: "It may give orders back, once it can look at them: a key for that needs orders and refunds."
    },
    show: (context, route) =>
      route.path.length > 1
        ? html`<console-order .context=${context} .route=${route}></console-order>`
        : html`<console-orders .context=${context} .route=${route}></console-orders>`
  },
  {
    name: "dead-letters",
    label: "Dead letters",
    scope: "dlq",
    show: (context, route) =>
      route.path.length > 1
        ? html`<console-letter .context=${context} .route=${route}></console-letter>`
        : html`<console-letters .context=${context} .route=${route}></console-letters>`
  },
  {
    name: "webhooks",
    label: "Webhooks",
    scope: "read",
    show: (context, route) =>
      route.path.length > 1
        ? html`<console-webhook .context=${context} .route=${route}></console-webhook>`
        : html`<console-webhooks .context=${context} .route=${route}></console-webhooks>`
  },
  {
    name: "audit",
    label: "Audit",
    scope: "read",
    show: (context, route) => html`<console-audit .context=${context} .route=${route}></console-audit>`
  },
  {
    name: "keys",
    label: "Keys",
    scope: "read",
    show: (context, route) => html`<console-keys .context=${context} .route=${route}></console-keys>`
  },
  {
    name: "doctor",
    label: "Doctor",
    scope: "read",
    show: (context, route) => html`<console-doctor .context=${context} .route=${route}></console-doctor>`
  }
]

export interface Place {
  readonly title: string
  readonly content: TemplateResult
}

/** Whether the navigation leads there: to what one may see, and to what says why one may not. */
export const isShown = (operator: Operator, { scope, without }: Page): boolean =>
  scope === undefined || may(operator, scope) || (without !== undefined && may(operator, without.has))

/** What is shown at a place, to who may see it. */
export const placeOf = (context: ConsoleContext, route: Route): Place => {
  const [name = PAGES[0]!.name, ...rest] = route.path
  const page = PAGES.find((page) => page.name === name)
  if (page === undefined) {
    return { title: "Nothing here", content: empty("Nothing here", "The console has no page of this name.") }
  }
  const title = [...rest, page.label].join(" · ")
  if (page.scope !== undefined && !may(context.operator, page.scope)) {
    const why = `Your key may not see this: it has not the scope ${page.scope}.`
    const { without } = page
    const more = without !== undefined && may(context.operator, without.has) ? ` ${without.words}` : ""
    return { title, content: empty(page.label, `${why}${more}`) }
  }
  return { title, content: page.show(context, route) }
}
