/** Who buys in this window. */
import { FlashSaleError } from "@flash-sale/client/http/FlashSaleError.ts"
import { newRequestId } from "@flash-sale/client/time/Chance.ts"
import { guest, type Kept, windowStorage } from "../order/OrderMemory.ts"
import { subjectOf } from "../order/TokenSubject.ts"

/** A buyer's token, or what gives one. */
export type ButtonToken = string | (() => string | Promise<string>)

/** Where this window keeps its orders and its guest. */
export const storage: Kept = windowStorage()

const tokenOf = async (token: ButtonToken): Promise<string> => {
  try {
    return typeof token === "string" ? token : await token()
  } catch (cause) {
    throw new FlashSaleError("the token could not be had", { code: "token_unavailable", cause })
  }
}

/** The buyer that the token names; a guest where there is none. Fails as the client does where it cannot be had. */
export const userIdOf = async (token: ButtonToken | undefined): Promise<string> => {
  const subject = token === undefined ? undefined : subjectOf(await tokenOf(token))
  return subject ?? guest(storage, newRequestId)
}
