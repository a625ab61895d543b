/** Answers to credentials that prove nothing. */
import type { Identity } from "@flash-sale/domain/ports/Callers"

export type Rejected = Extract<Identity, { readonly _tag: "Rejected" }>

/** `why` is for the caller, who may be anybody. */
export const rejected = (why: string): Rejected => ({ _tag: "Rejected", code: "unauthenticated", why })
