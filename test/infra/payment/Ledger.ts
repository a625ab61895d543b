/** What the provider in `provider.ts` shows and takes. */

/** What a request may meet; a status is answered with nothing done. */
export const FAULTS = [
  "none",
  "reset",
  "late",
  "slow",
  "silent",
  "done-500",
  "done-reset",
  "garbage",
  "empty",
  "other-word",
  "other-key",
  "without-key",
  "too-long",
  "headers-only",
  "cut",
  "twice",
  "busy"
] as const
export type Fault = typeof FAULTS[number] | `${number}`

export const isFault = (word: string): boolean => /^\d+$/.test(word) || FAULTS.some((fault) => fault === word)

/** Begins a payment token whose charges all meet the fault that follows. */
export const STUBBORN = "stubborn:"

export type State = "unseen" | "paid" | "declined" | "voided"

export interface Entry {
  readonly state: State
  /** How often money was taken under the key, and how often it was given back. */
  readonly charges: number
  readonly refunds: number
  /** Of the first charge's body. */
  readonly fingerprint: string
}

export interface Ledger {
  readonly entries: Readonly<Record<string, Entry>>
  /** Requests that contradict themselves, or an earlier one under their key. */
  readonly conflicts: ReadonlyArray<string>
  readonly requests: number
  /** Requests that were carried out, whatever was answered. */
  readonly deeds: number
  /** By key: requests whose sender went away before the answer, or that were never answered to the end. */
  readonly aborted: Readonly<Record<string, number>>
  readonly connections: number
}

/** What the next requests for a key meet, one fault each. */
export interface Script {
  readonly key: string
  readonly faults: ReadonlyArray<Fault>
}

/** What of a charge's body the provider goes by. */
export interface PaymentRequest {
  readonly key: string
  readonly payment_token?: string
}
