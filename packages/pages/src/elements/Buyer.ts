/** Who buys in this window. */
import { newRequestId } from "@flash-sale/client"
import { guest } from "../order/OrderMemory.ts"
import { subjectOf } from "../order/TokenSubject.ts"

/** A buyer's token, or what gives one. */
export type ButtonToken = string | (() => string | Promise<string>)

/** The buyer that the token names; a guest where there is none. */
export const userIdOf = async (token: ButtonToken | undefined): Promise<string> => {
  const subject = token === undefined ? undefined : subjectOf(typeof token === "string" ? token : await token())
  return subject ?? guest(sessionStorage, newRequestId)
}
