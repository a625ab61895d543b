/** Going to one thing by its id. */
import { html, type TemplateResult } from "lit"
import { hrefOf } from "./Route.ts"

export interface Find {
  /** The page of such things, by the name of its place. */
  readonly page: "items" | "orders"
  readonly label: string
  readonly placeholder: string
  /** What stands there at first: an id that led nowhere. */
  readonly id?: string
  readonly action: string
  /** Hears what is typed, before one goes anywhere. */
  readonly onTyped?: (typed: string) => void
}

/** A field for the id, which leads to its place. */
export const find = ({ action, id = "", label, onTyped, page, placeholder }: Find): TemplateResult => {
  const typed = ({ target }: Event) => onTyped?.((target as HTMLInputElement).value.trim())
  const go = (event: Event) => {
    event.preventDefault()
    const wanted = (event.target as HTMLFormElement).querySelector("input")!.value.trim()
    if (wanted !== "") location.hash = hrefOf([page, wanted])
  }
  return html`
    <form class="find" role="search" @submit=${go}>
      <label class="hidden" for="find">${label}</label>
      <input id="find" type="search" placeholder=${placeholder} autocomplete="off" .value=${id} @input=${typed}>
      <button type="submit">${action}</button>
    </form>
  `
}

export const FIND_ITEM: Find = { page: "items", label: "Item", placeholder: "Item id", action: "Go" }
export const FIND_ORDER: Find = { page: "orders", label: "Order", placeholder: "Request id", action: "Open" }
