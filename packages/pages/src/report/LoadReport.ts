/** What the report of a load run is made of. Plain values: the document has them as JSON. */

/** Something that was counted or set, and its name. */
export type Named = readonly [name: string, value: string]

/** What went on in each piece of the run, by its beginning. Rates are a second, latencies in milliseconds. */
export interface Timeline {
  /** When each piece begins, in seconds from the start. */
  readonly at: ReadonlyArray<number>
  /** Orders that were to be sent. */
  readonly due: ReadonlyArray<number>
  readonly answered: ReadonlyArray<number>
  /** By what the answer was, the most frequent first. */
  readonly outcomes: ReadonlyArray<{ readonly name: string; readonly rates: ReadonlyArray<number> }>
  /** Null where nothing was answered. */
  readonly p50: ReadonlyArray<number | null>
  readonly p90: ReadonlyArray<number | null>
  readonly p99: ReadonlyArray<number | null>
}

export interface LoadReport {
  /** ISO 8601, in UTC. */
  readonly endedAt: string
  /** What was run. */
  readonly asked: ReadonlyArray<Named>
  /** What came of it, in a few figures. */
  readonly figures: ReadonlyArray<Named>
  readonly tables: ReadonlyArray<{ readonly title: string; readonly rows: ReadonlyArray<Named> }>
  /** The books, a line each. */
  readonly books: ReadonlyArray<string>
  /** What does not agree; none where the books balance. */
  readonly wrong: ReadonlyArray<string>
  readonly timeline: Timeline
}
