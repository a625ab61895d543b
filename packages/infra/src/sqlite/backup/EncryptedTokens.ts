/** Whether the log of the embedded file holds encrypted payment tokens, and by which key. Decision 0047. */
import { ENCRYPTED_PREFIX } from "@flash-sale/domain/records/token/PaymentToken"
import { Effect } from "effect"
import { messageOf } from "../../errors/MessageOf.ts"
import * as Connection from "../database/Connection.ts"
import { CannotOpen, pathIn } from "../database/OpenFile.ts"
import * as ResultCode from "../database/ResultCode.ts"

/** How a record of an order begins its token, as `Order.write` has it. Within a text the quotes would be escaped. */
const BEGIN = `"payment_token":"${ENCRYPTED_PREFIX}`

/** Reads up to the first such record, and all of the log where there is none. */
const FIRST = "SELECT value FROM log WHERE instr(value, CAST(? AS BLOB)) > 0 LIMIT 1"

/** The id of the key that the first encrypted token of the log names; undefined where the log holds none. */
export const keyId = (folder: string): Effect.Effect<string | undefined, CannotOpen> =>
  Effect.try({
    try: () => {
      const connection = Connection.open(pathIn(folder), Connection.BUSY_TIMEOUT_MILLIS, true)
      try {
        const row = connection.get(FIRST, BEGIN)
        if (row === undefined) return undefined
        const text = Buffer.from(Connection.bytes(row, "value")).toString("utf8")
        return text.slice(text.indexOf(BEGIN) + BEGIN.length).split(".")[0]
      } finally {
        connection.close()
      }
    },
    catch: (error) => new CannotOpen({ path: folder, detail: ResultCode.operatingError(error) ?? messageOf(error) })
  })
