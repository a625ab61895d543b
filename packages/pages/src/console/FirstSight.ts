/**
 * What one sees first: in a navigation that is wider than the window, where one is; its edges say that there is more.
 * Where a key is asked for, its field has the focus.
 */
import type { ReactiveController } from "lit"

const NAVIGATION = ".side"
const KEY = "#key"

/** Marks at which edge something is out of view. */
export const markEdges = (navigation: Element): void => {
  const { clientWidth, scrollLeft, scrollWidth } = navigation
  navigation.toggleAttribute("data-before", scrollLeft > 1)
  navigation.toggleAttribute("data-after", scrollLeft + clientWidth < scrollWidth - 1)
}

/** Scrolls the navigation alone, and not the page. */
const showCurrent = (navigation: Element): void => {
  const current = navigation.querySelector("[aria-current]")?.getBoundingClientRect()
  const { left, width } = navigation.getBoundingClientRect()
  if (current !== undefined) navigation.scrollLeft += current.left - left - (width - current.width) / 2
  markEdges(navigation)
}

export class FirstSight implements ReactiveController {
  readonly #host: Element
  readonly #place: () => string
  /** A count beside a name takes room, and a window is turned: what was in view may not be. */
  readonly #sizes = new ResizeObserver(() => {
    const navigation = this.#host.querySelector(NAVIGATION)
    if (navigation !== null) showCurrent(navigation)
  })
  #shown: string | undefined

  /** `place` is the name of the page where one is. */
  constructor(host: Element, place: () => string) {
    this.#host = host
    this.#place = place
  }

  hostDisconnected(): void {
    this.#sizes.disconnect()
    this.#shown = undefined
  }

  hostUpdated(): void {
    const navigation = this.#host.querySelector(NAVIGATION)
    const place = navigation === null ? KEY : this.#place()
    if (place === this.#shown) return
    this.#shown = place
    if (navigation === null) return this.#host.querySelector<HTMLElement>(KEY)?.focus()
    // Looked at first, and whenever it changes.
    this.#sizes.disconnect()
    for (const element of [navigation, ...navigation.children]) this.#sizes.observe(element)
  }
}
