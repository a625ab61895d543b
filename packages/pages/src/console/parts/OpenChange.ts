/** A change that is open before a person: what is typed, how far it is, and what came of it. It knows no view. */
import { mayBeRecorded } from "../calls/MayBeRecorded.ts"
import { type Change, doubtOf, type Effects, MAY_BE_RECORDED, type Progress, type Values } from "./Change.ts"
import { Preview } from "./Preview.ts"

export interface OpenChangeOptions {
  readonly change: Change
  /** Makes a new idempotency key. */
  readonly newKey: () => string
  readonly onUpdate: () => void
}

export class OpenChange {
  readonly change: Change
  readonly #options: OpenChangeOptions
  readonly #preview: Preview
  /** What was sent is never taken back by the page. */
  readonly #sending = new AbortController()
  #values: Values
  #reason = ""
  #isSending = false
  #isStopped = false
  #progress: Progress | undefined
  #failure: unknown
  #isEngineBack = false
  #idempotencyKey: string

  constructor(options: OpenChangeOptions) {
    const { change } = options
    this.change = change
    this.#options = options
    this.#values = Object.fromEntries((change.fields ?? []).map(({ name, value }) => [name, value ?? ""]))
    this.#preview = new Preview(change, () => options.onUpdate())
    this.#idempotencyKey = options.newKey()
  }

  get values(): Values {
    return this.#values
  }

  get reason(): string {
    return this.#reason
  }

  get progress(): Progress | undefined {
    return this.#progress ?? this.#preview.progress
  }

  get failure(): unknown {
    return this.#failure ?? this.#preview.failure
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
    return this.#isSending || mayBeRecorded(this.#failure)
  }

  /** Of a send of which nobody knows what came: what may have happened, and what to do. */
  get doubt(): string | undefined {
    return this.isLocked && !this.#isSending ? doubtOf(this.change, this.#isEngineBack) : undefined
  }

  /** What it would do. */
  get told(): Effects {
    return this.#preview.instead ?? this.change.effects(this.#values)
  }

  type(name: string, value: string): void {
    const before = this.#values
    this.#retype(() => this.#values = { ...before, [name]: value })
    this.#preview.retyped(before, this.#values)
  }

  giveReason(reason: string): void {
    this.#retype(() => this.#reason = reason)
  }

  /** Looks at what it would do, where that is for the engine to say. */
  look(): Promise<void> {
    return this.#preview.look(this.#values)
  }

  /** The engine answers, after it did not. */
  engineIsBack(): void {
    if (this.#preview.failure !== undefined) return void this.look()
    this.#update(() => this.#isEngineBack = true)
  }

  /** What came of it, in words; undefined where it failed. */
  async send(): Promise<string | undefined> {
    const { change } = this
    if (this.#isSending) return undefined
    this.#isSending = true
    this.#isStopped = false
    this.#isEngineBack = false
    this.#update(() => this.#failure = undefined)
    try {
      return await change.send({
        values: this.#values,
        reason: this.#reason.trim(),
        idempotencyKey: this.#idempotencyKey,
        onProgress: (done, total) => this.#update(() => this.#progress = { done, total }),
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
    this.#update(() => this.#isStopped = true)
  }

  /** Ends it, unless it is being sent. What is to be told then, in words. */
  close(): { readonly isClosed: boolean; readonly words?: string } {
    if (this.#isSending) return { isClosed: false }
    this.#preview.end()
    return this.isLocked ? { isClosed: true, words: `${this.change.title}. ${MAY_BE_RECORDED}` } : { isClosed: true }
  }

  /** What is typed anew is another request: it counts beside the one that was refused. */
  #retype(take: () => void): void {
    if (this.isLocked) return
    take()
    this.#update(() => this.#idempotencyKey = this.#options.newKey())
  }

  #update(take: () => void): void {
    take()
    this.#options.onUpdate()
  }
}
