/** A process of its own for `Durability.test.ts`: an engine that appends without end and says what was acknowledged. */
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { Command } from "@flash-sale/domain/records/Command"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import { Effect } from "effect"
import { writeSync } from "node:fs"

const AT_ONCE = 32
const STDOUT = 1
const itemId = ItemId.make("101")

const place = (n: number): LogRecord.NewRecord =>
  LogRecord.encode(
    itemId,
    Command.Place({
      order: { requestId: RequestId.make(`r-${n}`), userId: UserId.make("u"), itemId, amount: 1 },
      attempt: 1,
      acceptedAt: 0,
      correlationId: CorrelationId.make("durability")
    })
  )

const append = Effect.fnUntraced(function*(first: number) {
  const log = yield* OrderLog
  for (let n = first;; n += AT_ONCE) {
    const { offset } = yield* log.append(place(n))
    writeSync(STDOUT, `${offset} r-${n}\n`)
  }
})

await Effect.runPromise(
  Effect.forEach(Array.from({ length: AT_ONCE }, (_, n) => n), append, { concurrency: "unbounded" }).pipe(
    Effect.provide(SqliteInfra.layer({ folder: process.argv[2]! }))
  )
)
