/** Looking at what a change would do, where that is for the engine to say: again where what it depends on is typed. */
import { pause } from "../../sale/Timers.ts"
import { type Change, type Effects, missing, type Progress, type Values } from "./Change.ts"

/** How long nothing is typed before it is looked at again, in milliseconds. */
export const LOOK_AFTER = 250

export class Preview {
  readonly #change: Pick<Change, "preview" | "previewOf">
  readonly #onUpdate: () => void
  #looking = new AbortController()
  #isDone: boolean
  #failure: unknown
  #progress: Progress | undefined

  constructor(change: Pick<Change, "preview" | "previewOf">, onUpdate: () => void) {
    this.#change = change
    this.#onUpdate = onUpdate
    this.#isDone = change.preview === undefined
  }

  /** What is said while it is not known what the change would do. */
  get instead(): Effects | undefined {
    if (this.#isDone) return undefined
    return missing(this.#failure === undefined ? "Looking at what it would do…" : "Nobody knows what it would do.")
  }

  get failure(): unknown {
    return this.#failure
  }

  get progress(): Progress | undefined {
    return this.#progress
  }

  /** Looks, and forgets what was seen before. */
  async look(values: Values, after = 0): Promise<void> {
    const { preview } = this.#change
    if (preview === undefined) return
    this.end()
    this.#looking = new AbortController()
    const { signal } = this.#looking
    this.#see(false)
    if (after > 0) await pause(after, signal)
    if (signal.aborted) return
    let failure: unknown
    try {
      await preview(signal, (done, total) => signal.aborted || this.#see(false, undefined, { done, total }), values)
    } catch (error) {
      failure = error
    }
    // Something else was asked meanwhile, or nothing more.
    if (!signal.aborted) this.#see(failure === undefined, failure)
  }

  /** What is typed is another: looks again where that matters. */
  retyped(before: Values, values: Values): void {
    const { previewOf } = this.#change
    if (previewOf !== undefined && previewOf(before) !== previewOf(values)) void this.look(values, LOOK_AFTER)
  }

  end(): void {
    this.#looking.abort()
  }

  #see(isDone: boolean, failure?: unknown, progress?: Progress): void {
    this.#isDone = isDone
    this.#failure = failure
    this.#progress = progress
    this.#onUpdate()
  }
}
