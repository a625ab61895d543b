/** `<console-change>`: shows what a change will do, asks for the reason, makes it, and says what came of it. */
import { newRequestId } from "@flash-sale/client/time/Chance.ts"
import { html, LitElement } from "lit"
import type { Change } from "./Change.ts"
import { template } from "./ChangeTemplate.ts"
import { OpenChange } from "./OpenChange.ts"

/** Asks before the window is closed. */
const stay = (event: Event) => event.preventDefault()

export class ConsoleChange extends LitElement {
  #current: OpenChange | undefined
  #onDone: (words: string) => void = () => {}

  override createRenderRoot(): HTMLElement {
    return this
  }

  /** Opens it for this change; `onDone` is told what came of it. */
  open(change: Change, onDone: (words: string) => void): void {
    this.#onDone = onDone
    const current = new OpenChange({ change, newKey: newRequestId, onUpdate: () => this.requestUpdate() })
    this.#current = current
    this.requestUpdate()
    void this.updateComplete.then(() => {
      this.querySelector("dialog")?.showModal()
      void current.look()
    })
  }

  /** The engine answers, after it did not. */
  engineIsBack(): void {
    this.#current?.engineIsBack()
  }

  /** Closes it, unless what it shows is being sent. */
  leave(): void {
    const { isClosed, words } = this.#current?.close() ?? { isClosed: false }
    if (isClosed) this.#end(words)
  }

  async #send(current: OpenChange): Promise<void> {
    addEventListener("beforeunload", stay)
    const words = await current.send()
    removeEventListener("beforeunload", stay)
    if (words !== undefined) this.#end(words)
  }

  #end(words: string | undefined): void {
    this.#current = undefined
    this.querySelector("dialog")?.close()
    this.requestUpdate()
    if (words !== undefined) this.#onDone(words)
  }

  /** A browser closes it at the second Esc, whatever the page says to the first. */
  #closed({ target }: Event): void {
    const dialog = target as HTMLDialogElement
    if (this.#current === undefined || !dialog.isConnected || dialog.open) return
    if (this.#current.isSending) dialog.showModal()
    else this.leave()
  }

  override render() {
    const current = this.#current
    if (current === undefined) return html`<dialog></dialog>`
    return template(current, {
      onSend: () => void this.#send(current),
      onClose: () => this.leave(),
      onClosed: (event) => this.#closed(event)
    })
  }
}

customElements.define("console-change", ConsoleChange)
