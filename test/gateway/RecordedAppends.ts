/** Notes the records that the log takes, in either way of admission. */
import { AtomicAdmission } from "@flash-sale/domain/ports/AtomicAdmission"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import type { NewRecord } from "@flash-sale/domain/records/LogRecord"
import * as Completion from "@flash-sale/infra/actor/Completion"
import { Effect, Exit, Layer } from "effect"

/** The log, and admission in one step where there is one, with `note` for each record that was appended. */
export const layer = (note: (record: NewRecord) => void): Layer.Layer<OrderLog, never, OrderLog> =>
  Layer.merge(
    Layer.effect(
      OrderLog,
      Effect.map(OrderLog, (log) => ({
        ...log,
        append: (record) => Effect.tap(log.append(record), () => Effect.sync(() => note(record))),
        offer: (record, completion) => {
          note(record)
          log.offer(record, completion)
        }
      }))
    ),
    Layer.effect(
      AtomicAdmission,
      Effect.map(AtomicAdmission, (admission) =>
        admission && {
          offer: (order, completion) =>
            admission.offer(
              order,
              Completion.mapInput(completion, (exit) => {
                if (Exit.isSuccess(exit) && exit.value._tag === "Appended") note(order.record)
                return exit
              })
            )
        })
    )
  )
