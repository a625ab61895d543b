/** The engine's clock: as it was told last, and from there by another one. */
export class EngineClock {
  readonly #elapsed: () => number
  #offset: number | undefined

  /** `elapsed` gives milliseconds of the other clock: of one that nobody sets, where the time is told seldom. */
  constructor(elapsed: () => number = () => performance.now()) {
    this.#elapsed = elapsed
  }

  /** Takes over what the engine has said just now: ISO 8601. Anything else is not taken. */
  set(iso: string | undefined): void {
    const told = Date.parse(iso ?? "")
    if (!Number.isNaN(told)) this.#offset = told - this.#elapsed()
  }

  /** Milliseconds since 1970; undefined before the engine has said its time. */
  now(): number | undefined {
    return this.#offset === undefined ? undefined : this.#offset + this.#elapsed()
  }
}
