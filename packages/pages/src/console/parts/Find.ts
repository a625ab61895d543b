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
}

/** A field for the id, which leads to its place. */
export const find = ({ action, id = "", label, page, placeholder }: Find): TemplateResult => {
  const go = (event: Event) => {
    event.preventDefault()
    const typed = (event.target as HTMLFormElement).querySelector("input")!.value.trim()
    if (typed !== "") location.hash = hrefOf([page, typed])
  }
  return html`
    <form class="find" role="search" @submit=${go}>
      <label class="hidden" for="find">${label}</label>
      <input id="find" type="search" placeholder=${placeholder} autocomplete="off" .value=${id}>
      <button type="submit">${action}</button>
    </form>
  `
}

export const FIND_ITEM: Find = { page: "items", label: "Item", placeholder: "Item id", action: "Go" }
export const FIND_ORDER: Find = { page: "orders", label: "Order", placeholder: "Request id", action: "Open" }
