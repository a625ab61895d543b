/** A change that a person is about to make: what is asked, what it will do, and how it is sent. */

/** What was typed, by the names of the fields. */
export type Values = Readonly<Record<string, string>>

export interface Field {
  readonly name: string
  readonly label: string
  readonly kind: "number" | "text" | "moment" | "choice"
  /** What stands there at first. */
  readonly value?: string
  /** Beside what is typed. */
  readonly unit?: string
  readonly hint?: string
  /** Of a choice: value and words. */
  readonly choices?: ReadonlyArray<readonly [value: string, words: string]>
  /** Whether it is asked for, by what is typed elsewhere; always where it is undefined. */
  readonly isAsked?: (values: Values) => boolean
}

/** A place of the console. */
export interface Link {
  readonly href: string
  readonly words: string
}

/** What it will do, a sentence each; or why it cannot be done, or not yet, and where one may go instead. */
export type Effects =
  | { readonly kind: "effects"; readonly lines: ReadonlyArray<string> }
  | { readonly kind: "missing"; readonly why: string; readonly link?: Link }

export interface Progress {
  readonly done: number
  readonly total: number
}

export interface Sending {
  readonly values: Values
  readonly reason: string
  /** The change's own name: sent again under it, it counts once. */
  readonly idempotencyKey: string
  /** How far it is: of `total`, `done`. */
  readonly onProgress: (done: number, total: number) => void
  /** Whether it is to end before its next part. */
  readonly isStopped: () => boolean
  readonly signal: AbortSignal
}

export interface Change {
  readonly title: string
  /** What the button says. */
  readonly action: string
  /** Whether it takes something away. */
  readonly isDestructive?: boolean
  readonly fields?: ReadonlyArray<Field>
  /** Whether it is sent in parts, between which it can be stopped. */
  readonly isInParts?: boolean
  /** By what is typed, and what there is now; after `preview` where there is one. */
  readonly effects: (values: Values) => Effects
  /** Is looked at first, where what it will do is for the engine to say. */
  readonly preview?: (signal: AbortSignal, onProgress: Sending["onProgress"], values: Values) => Promise<void>
  /** What of the fields `preview` depends on: it is looked at again when that is another. */
  readonly previewOf?: (values: Values) => string
  /** What sending it once more does where nobody knows what came of it; that it counts once where it is undefined. */
  readonly again?: string
  /** What came of it, in words that name what it was done to: one may be elsewhere by then. */
  readonly send: (sending: Sending) => Promise<string>
  /** Is called when it was sent, whatever came of it. */
  readonly after?: () => void
}

export const effects = (...lines: ReadonlyArray<string>): Effects => ({ kind: "effects", lines })
export const missing = (why: string, link?: Link): Effects => ({
  kind: "missing",
  why,
  ...(link === undefined ? {} : { link })
})

/** What is told of a change that is in the log, and not folded yet. */
export const RECORDED = "recorded. It takes effect as soon as its place in the log is reached."

/**
 * What there is now of what a change was opened for, as far as it is the same thing: a page may meanwhile have gone to
 * another one.
 */
export const latestOf =
  <A>(opened: A, now: () => A | undefined, isSame: (one: A, other: A) => boolean): () => A => () => {
    const found = now()
    return found !== undefined && isSame(found, opened) ? found : opened
  }

/** What is told of a change that is closed while nobody knows what came of it. */
export const MAY_BE_RECORDED = "Nobody knows what came of it: it may have been recorded. Look before you do it again."

/** What is said of a change that was sent, and of which nobody knows what came. */
export const doubtOf = (
  { again = "Sending it again counts once." }: Pick<Change, "again">,
  isEngineBack: boolean
): string => `${isEngineBack ? "The engine answers again. " : ""}It may or may not have been recorded. ${again}`

/** A whole number in a field; undefined where it is none. */
export const wholeOf = (text: string | undefined): number | undefined => {
  const trimmed = text?.trim() ?? ""
  return /^-?\d{1,15}$/.test(trimmed) ? Number(trimmed) : undefined
}
