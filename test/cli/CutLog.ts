/** A processor whose health can be waited for, and whose charges are written down. */
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import { PaymentProvider } from "@flash-sale/domain/ports/PaymentProvider"
import { RequestId } from "@flash-sale/domain/records/Ids"
import { isFinal } from "@flash-sale/domain/records/OrderStatus"
import * as SimulatedPayments from "@flash-sale/infra/payment/SimulatedPayments"
import * as Health from "@flash-sale/processor/Health"
import * as Processor from "@flash-sale/processor/Processor"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Duration, Effect, Layer, Schedule } from "effect"

const often = Schedule.spaced("20 millis")

export const makeCharges = (failureRate = 0) => {
  const keys = new Set<string>()
  const layer = Layer.effect(
    PaymentProvider,
    Effect.map(PaymentProvider, (provider) => ({
      ...provider,
      charge: (charge) =>
        Effect.suspend(() => {
          keys.add(charge.key)
          return provider.charge(charge)
        })
    } satisfies PaymentProvider["Service"]))
  ).pipe(Layer.provide(SimulatedPayments.layer({ failureRate, latency: Duration.millis(1) })))
  return { keys, layer }
}

/** The processor, over ports that are still to be given. */
export const processor = (payments: Layer.Layer<PaymentProvider>) =>
  Processor.layer.pipe(Layer.provideMerge(ProcessorState.layer), Layer.provide(payments))

/** Waits until a partition is refused, and answers with the health. */
export const refused = Effect.repeat(Health.check, {
  schedule: often,
  until: ({ partitions }) => partitions.refusing > 0
})

/** Waits until every partition runs, and answers with the health. */
export const running = (count: number) =>
  Effect.repeat(Health.check, {
    schedule: often,
    until: ({ partitions, status }) => partitions.running === count && status === "healthy"
  })

/** Waits until the order is final, and answers with its status. */
export const fate = (requestId: string) =>
  Effect.flatMap(OrderStatuses, (statuses) =>
    statuses.read(RequestId.make(requestId)).pipe(
      Effect.map((lookup) => lookup._tag === "Kept" ? lookup.record.status : undefined),
      Effect.repeat({
        schedule: often,
        until: (status) => status !== undefined && isFinal(status)
      })
    ))
