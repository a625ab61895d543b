/** `<console-change>`: shows what a change will do, asks for the reason, makes it, and says what came of it. */
import { FlashSaleError } from "@flash-sale/client/http/FlashSaleError.ts"
import { newRequestId } from "@flash-sale/client/time/Chance.ts"
import { html, LitElement } from "lit"
import { type Change, type Effects, missing, type Values } from "./Change.ts"
import { type Progress, template } from "./ChangeTemplate.ts"

export class ConsoleChange extends LitElement {
  static override properties = {
    change: { attribute: false },
    values: { state: true },
    reason: { state: true },
    isPreviewed: { state: true },
    progress: { state: true },
    isBusy: { state: true },
    failure: { state: true }
  }

  declare change: Change | undefined
  declare values: Values
  declare reason: string
  declare isPreviewed: boolean
  declare progress: Progress | undefined
  declare isBusy: boolean
  declare failure: unknown
  #onDone: (words: string) => void = () => {}
  #idempotencyKey = ""
  #leaving = new AbortController()

  override createRenderRoot(): HTMLElement {
    return this
  }

  /** Opens it for this change; `onDone` is told what came of it. */
  open(change: Change, onDone: (words: string) => void): void {
    this.#onDone = onDone
    this.change = change
    this.values = Object.fromEntries((change.fields ?? []).map(({ name, value }) => [name, value ?? ""]))
    this.reason = ""
    this.isPreviewed = change.preview === undefined
    this.progress = undefined
    this.failure = undefined
    this.isBusy = false
    this.#idempotencyKey = newRequestId()
    this.#leaving = new AbortController()
    void this.updateComplete.then(() => {
      this.querySelector("dialog")?.showModal()
      if (change.preview !== undefined) void this.#look(change.preview)
    })
  }

  async #look(preview: NonNullable<Change["preview"]>): Promise<void> {
    const { signal } = this.#leaving
    this.failure = undefined
    try {
      await preview(signal, (done, total) => this.progress = { done, total })
      if (!signal.aborted) this.isPreviewed = true
    } catch (error) {
      if (!signal.aborted) this.failure = error
    }
    this.progress = undefined
  }

  async #send(change: Change): Promise<void> {
    const { signal } = this.#leaving
    this.isBusy = true
    this.failure = undefined
    try {
      const words = await change.send({
        values: this.values,
        reason: this.reason.trim(),
        idempotencyKey: this.#idempotencyKey,
        onProgress: (done, total) => this.progress = { done, total },
        signal
      })
      if (!signal.aborted) this.#close(words)
    } catch (error) {
      if (!signal.aborted) this.failure = error
    }
    this.progress = undefined
    this.isBusy = false
    change.after?.()
  }

  #close(words?: string): void {
    if (this.change === undefined) return
    this.#leaving.abort()
    this.querySelector("dialog")?.close()
    this.change = undefined
    if (words !== undefined) this.#onDone(words)
  }

  /** Sent, and nobody knows what came of it: then only the same may be sent again. */
  get #isLocked(): boolean {
    if (this.isBusy) return true
    if (!(this.failure instanceof FlashSaleError)) return false
    return this.isPreviewed && (this.failure.status === undefined || this.failure.code === "outcome_unknown")
  }

  #effects(change: Change): Effects {
    return this.isPreviewed ? change.effects(this.values) : missing("Looking at what it would do…")
  }

  override render() {
    const { change } = this
    if (change === undefined) return html`<dialog></dialog>`
    return template({
      change,
      values: this.values,
      reason: this.reason,
      told: this.#effects(change),
      progress: this.progress,
      isBusy: this.isBusy,
      isLocked: this.#isLocked,
      failure: this.failure,
      onValue: (name, value) => this.values = { ...this.values, [name]: value },
      onReason: (reason) => this.reason = reason,
      onSend: () => void this.#send(change),
      onClose: () => this.#close()
    })
  }
}

customElements.define("console-change", ConsoleChange)
