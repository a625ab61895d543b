/** Whether a change may have been recorded although it was answered by an error, or by nothing. Pure. */
import { FlashSaleError } from "@flash-sale/client/http/FlashSaleError.ts"

/** Of the engine's codes, and of answers that are not the engine's. All others say that nothing was recorded. */
const UNKNOWN = ["outcome_unknown", "internal_error", "unexpected_answer"]

const isRefusal = (status: number): boolean => status >= 400 && status < 500

/** A bug of the console comes before anything is sent. */
export const mayBeRecorded = (error: unknown): boolean => {
  if (!(error instanceof FlashSaleError)) return false
  const { code, status } = error
  return status === undefined || (UNKNOWN.includes(code) && !isRefusal(status))
}
