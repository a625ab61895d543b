/** Dead letters, and what became of them, as commands print them wherever they come from. */
import type { DeadLetterReason, Handling } from "@flash-sale/domain/ports/DeadLetters"
import type { Shown } from "@flash-sale/operations/letters/LetterValue"
import type { Refusal } from "@flash-sale/operations/letters/Refusal"
import type { Outlook } from "@flash-sale/operations/letters/ReplayOutlook"

/** A letter without its bytes. Its id is that of `LetterIdText`. */
export interface LetterRow {
  readonly id: string
  readonly reason: DeadLetterReason
  readonly key: string | undefined
  readonly requestId: string | undefined
  readonly attempt: number
  readonly correlationId: string
  /** When it was put, ISO 8601 in UTC. */
  readonly timestamp: string
  readonly price: number | undefined
  readonly currency: string | undefined
}

/** One letter, with its value as it may be shown, and its order under the names of the wire, where that is known. */
export type Found =
  | { readonly _tag: "Unknown" }
  | { readonly _tag: "Handled"; readonly handling: Handling | undefined }
  | { readonly _tag: "Open"; readonly letter: LetterRow; readonly value: Shown; readonly order: object | undefined }

/** What one unit costs, in the smallest unit of the currency. */
export interface Charged {
  readonly price: number | undefined
  readonly currency: string | undefined
}

/** What became of a letter: see `Replay.Replayed`. */
export type Replayed =
  | { readonly _tag: "Done"; readonly id: string; readonly handling: Handling | undefined }
  | {
    readonly _tag: "InLog"
    readonly id: string
    readonly requestId: string
    readonly attempt: number
    readonly status: string
  }
  | {
    readonly _tag: "Recorded"
    readonly id: string
    readonly requestId: string
    readonly itemId: string
    readonly attempt: number
    /** Why what follows from the attempt is not written down: a code, or words. */
    readonly why: string
  }
  | {
    readonly _tag: "Replayed"
    readonly id: string
    readonly requestId: string
    readonly itemId: string
    readonly attempt: number
    readonly before: Charged
    readonly now: Charged
  }

/** What became of a letter that was to be discarded: now, or before. `isPaidBack`: its buyer has the money back. */
export type Discarded =
  | { readonly _tag: "Discarded"; readonly id: string; readonly isPaidBack: boolean }
  | { readonly _tag: "Done"; readonly id: string; readonly handling: Handling | undefined }

/** Why nothing was done about a letter; a code that this release does not know as it is. */
export interface RefusedLetter {
  readonly id: string
  readonly refusal: Refusal | string
}

/** What one run came to. */
export interface Handled {
  /** Letters that were meant. */
  readonly total: number
  readonly refused: ReadonlyArray<RefusedLetter>
  /** Letters that a filter chose and that are no orders. */
  readonly noOrders: number
}

/** What would become of one letter. What is undefined is not known, or has nothing to do with it. */
export interface PreviewRow {
  readonly id: string
  readonly outlook: Outlook
  readonly requestId: string | undefined
  readonly itemId: string | undefined
  readonly amount: number | undefined
  readonly attempt: number | undefined
  /** As the letter has it, and as its item is sold now. */
  readonly before: Charged | undefined
  readonly now: Charged | undefined
  readonly isCertain: boolean
  readonly refusal: Refusal | string | undefined
}
