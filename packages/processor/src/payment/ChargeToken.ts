/**
 * The payment token of a charge, decrypted where its record keeps it encrypted (decision 0037).
 *
 * **Details**: a token under a key that this process does not have is no fault of its order: the gateways may have the
 * key already. Its charge waits, in its slot among those in flight, until the process is started again with the key;
 * health, a gauge and a line say so. Other charges go on. A token whose key is erased, or that belongs to another
 * order, will never be readable: its charge is refused, and a person finds its letter.
 */
import { chargeKey, ChargeRejected } from "@flash-sale/domain/ports/PaymentProvider"
import { isEncryptedToken, PaymentToken } from "@flash-sale/domain/records/token/PaymentToken"
import { TokenCipher, unknownKey } from "@flash-sale/domain/records/token/TokenCipher"
import { Effect } from "effect"
import type { OpenOrder } from "../order/OpenOrder.ts"
import { ProcessorState } from "../run/ProcessorState.ts"

const DETAILS = {
  erased: "its payment token is encrypted by a key that is erased",
  damaged: "its payment token cannot be decrypted: it is damaged, or another order's"
} as const

/** The token in clear, where the order has one. Does not return while its key is missing. */
export type ChargeToken = (
  order: Pick<OpenOrder, "itemId" | "requestId" | "attempt" | "paymentToken">
) => Effect.Effect<PaymentToken | undefined, ChargeRejected>

export const make: Effect.Effect<ChargeToken, never, ProcessorState> = Effect.gen(function*() {
  const cipher = yield* TokenCipher
  const { missingKeys } = yield* ProcessorState
  return (order) => {
    const { attempt, itemId, paymentToken, requestId } = order
    if (paymentToken === undefined) return Effect.undefined
    if (!isEncryptedToken(paymentToken)) return Effect.succeed(PaymentToken.make(paymentToken))
    const found = cipher?.decrypt(paymentToken, order) ?? unknownKey(paymentToken)
    if (typeof found === "string") return Effect.succeed(found)
    if (found.why === "unknown") return missingKeys.waitFor(found.keyId)
    const key = chargeKey(itemId, requestId, attempt)
    return Effect.fail(new ChargeRejected({ key, concerns: "charge", detail: DETAILS[found.why] }))
  }
})
