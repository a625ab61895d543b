/** A process of its own for `Durability.test.ts`: an engine that admits without end and says what was acknowledged. */
import { type AdmittedAtOnce, AtomicAdmission } from "@flash-sale/domain/ports/AtomicAdmission"
import type { AppendRefused, AppendUnknown } from "@flash-sale/domain/ports/OrderLog"
import { Command } from "@flash-sale/domain/records/Command"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { fingerprint } from "@flash-sale/domain/records/Order"
import * as Completion from "@flash-sale/infra/actor/Completion"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import { Effect } from "effect"
import { writeSync } from "node:fs"

const AT_ONCE = 32
const STDOUT = 1
const itemId = ItemId.make("101")
const correlationId = CorrelationId.make("durability")
const policy = { maxRequests: Number.MAX_SAFE_INTEGER, windowMillis: 60_000 }

const orderOf = (n: number) => {
  const order = { requestId: RequestId.make(`r-${n}`), userId: UserId.make("u"), itemId, amount: 1 }
  return {
    request: { ...order, fingerprint: fingerprint(order), correlationId },
    record: LogRecord.encode(itemId, Command.Place({ order, attempt: 1, acceptedAt: 0, correlationId })),
    policy
  }
}

const admit = Effect.fnUntraced(function*(first: number) {
  const admission = yield* AtomicAdmission
  if (admission === undefined) return yield* Effect.die(new Error("the file cannot admit in one step"))
  for (let n = first;; n += AT_ONCE) {
    const admitted = yield* Completion.wait<AdmittedAtOnce, AppendRefused | AppendUnknown>((completion) =>
      admission.offer(orderOf(n), completion)
    )
    if (admitted._tag === "Appended") writeSync(STDOUT, `${admitted.position.offset} r-${n}\n`)
  }
})

await Effect.runPromise(
  Effect.forEach(Array.from({ length: AT_ONCE }, (_, n) => n), admit, { concurrency: "unbounded" }).pipe(
    Effect.provide(SqliteInfra.layer({ folder: process.argv[2]! }))
  )
)
