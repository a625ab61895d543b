/** A change that is open before a person: what is typed, how far it is, and what came of it. It knows no view. */
import { mayBeRecorded } from "../calls/MayBeRecorded.ts"
import { type Change, type Effects, MAY_BE_RECORDED, missing, type Progress, type Values } from "./Change.ts"

export interface OpenChangeOptions {
  readonly change: Change
  /** Makes a new idempotency key. */
  readonly newKey: () => string
  readonly onUpdate: () => void
}

export class OpenChange {
  readonly change: Change
  readonly #options: OpenChangeOptions
  readonly #looking = new AbortController()
  /** What was sent is never taken back by the page. */
  readonly #sending = new AbortController()
  #values: Values
  #reason = ""
  #isPreviewed: boolean
  #isSending = false
  #isStopped = false
  #progress: Progress | undefined
  #failure: unknown
  #idempotencyKey: string

  constructor(options: OpenChangeOptions) {
    const { change } = options
    this.change = change
    this.#options = options
    this.#values = Object.fromEntries((change.fields ?? []).map(({ name, value }) => [name, value ?? ""]))
    this.#isPreviewed = change.preview === undefined
    this.#idempotencyKey = options.newKey()
  }

  get values(): Values {
    return this.#values
  }

  get reason(): string {
    return this.#reason
  }

  get progress(): Progress | undefined {
    return this.#progress
  }

  get failure(): unknown {
    return this.#failure
  }

  /** While it is, nothing can be typed, and it cannot be closed. */
  get isSending(): boolean {
    return this.#isSending
  }

  /** While it is sent, whether it ends before its next part. */
  get isStopped(): boolean {
    return this.#isStopped
  }

  /** Sent, and nobody knows what came of it: then only the same may be sent again. */
  get isLocked(): boolean {
    return this.#isSending || (this.#isPreviewed && mayBeRecorded(this.#failure))
  }

  /** What it would do. */
  get told(): Effects {
    if (this.#isPreviewed) return this.change.effects(this.#values)
    return missing(this.#failure === undefined ? "Looking at what it would do…" : "Nobody knows what it would do.")
  }

  type(name: string, value: string): void {
    this.#retype(() => this.#values = { ...this.#values, [name]: value })
  }

  giveReason(reason: string): void {
    this.#retype(() => this.#reason = reason)
  }

  /** Looks at what it would do, where that is for the engine to say. */
  async look(): Promise<void> {
    const { signal } = this.#looking
    const { preview } = this.change
    if (preview === undefined) return
    try {
      await preview(signal, this.#onProgress)
      this.#isPreviewed = true
    } catch (error) {
      this.#failure = error
    }
    this.#progress = undefined
    this.#options.onUpdate()
  }

  /** What came of it, in words; undefined where it failed. */
  async send(): Promise<string | undefined> {
    const { change } = this
    if (this.#isSending) return undefined
    this.#isSending = true
    this.#isStopped = false
    this.#failure = undefined
    this.#options.onUpdate()
    try {
      return await change.send({
        values: this.#values,
        reason: this.#reason.trim(),
        idempotencyKey: this.#idempotencyKey,
        onProgress: this.#onProgress,
        isStopped: () => this.#isStopped,
        signal: this.#sending.signal
      })
    } catch (error) {
      this.#failure = error
      return undefined
    } finally {
      this.#progress = undefined
      this.#isSending = false
      this.#options.onUpdate()
      change.after?.()
    }
  }

  /** Lets what is being sent come to its end, and nothing after it. */
  stop(): void {
    this.#isStopped = true
    this.#options.onUpdate()
  }

  /** Ends it, unless it is being sent. What is to be told then, in words. */
  close(): { readonly isClosed: boolean; readonly words?: string } {
    if (this.#isSending) return { isClosed: false }
    this.#looking.abort()
    return this.isLocked ? { isClosed: true, words: MAY_BE_RECORDED } : { isClosed: true }
  }

  readonly #onProgress = (done: number, total: number) => {
    this.#progress = { done, total }
    this.#options.onUpdate()
  }

  /** What is typed anew is another request: it counts beside the one that was refused. */
  #retype(take: () => void): void {
    if (this.isLocked) return
    take()
    this.#idempotencyKey = this.#options.newKey()
    this.#options.onUpdate()
  }
}
