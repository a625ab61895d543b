/** An answer in JSON that is written without the framework. Why: docs/decisions/0013-the-hot-route.md. */
export interface Answer {
  readonly status: number
  /** Names and values alternate. Without the body's type and length, which are added as it is written. */
  readonly headers: ReadonlyArray<string>
  /** JSON. */
  readonly body: string
}
