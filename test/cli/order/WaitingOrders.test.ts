/** Orders whose payment provider charges, and does not void: what is said while they wait, and what ends that. */
import { expect, layer } from "@effect/vitest"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { PaymentProvider, PaymentUnknown } from "@flash-sale/domain/ports/PaymentProvider"
import * as Infra from "@flash-sale/infra/Infra"
import * as Processor from "@flash-sale/processor/Processor"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Effect, Layer, Logger, Schedule } from "effect"
import * as TestAdmin from "../../admin/TestAdmin.ts"
import * as Folders from "../../infra/sqlite/Folders.ts"
import { fate, order } from "../dlq/DlqCommandLine.ts"
import { beside, Folder, through } from "../engine/EitherWay.ts"

const TEST_TIMEOUT = 120_000

/** Charges of orders whose name begins with `slow` have no answer; no charge is ever voided. */
const provider = Layer.succeed(PaymentProvider, {
  charge: ({ key, requestId }) =>
    requestId.startsWith("slow")
      ? Effect.fail(new PaymentUnknown({ key, detail: "503" }))
      : Effect.succeed("paid" as const),
  lookUp: () => Effect.succeed(undefined),
  void: (key) => Effect.fail(new PaymentUnknown({ key, detail: "503" }))
})

const engine = Layer.unwrap(Effect.map(Folder, (dataDir) =>
  TestAdmin.layerAdmin().pipe(
    Layer.provideMerge(
      Processor.layer.pipe(
        Layer.provide(ProcessorState.layer),
        Layer.provide(provider),
        Layer.provide(Logger.layer([]))
      )
    ),
    Layer.provideMerge(Layer.orDie(Infra.layerEmbedded({ dataDir })))
  ))).pipe(Layer.provideMerge(Layer.effect(Folder, Folders.temporary)))

const placed = (name: string) => Effect.flatMap(OrderLog, (log) => log.append(order(name, "101")))
const statusOf = (name: string) =>
  Effect.map(beside(`order show ${name}`), ({ code, out }) => code === 0 ? JSON.parse(out) : { status: "none" })

layer(engine, { excludeTestServices: true, timeout: 60_000 })("orders that wait for their payment provider", (it) => {
  it.effect("a refund is pending until the provider has done it, and by hand it is done", () =>
    Effect.gen(function*() {
      yield* beside("stock set 101 9")
      for (const name of ["a", "b"]) yield* placed(name)
      for (const name of ["a", "b"]) expect(yield* fate(name, 1)).toBe("COMPLETED")
      const waits = yield* through("order refund a --restock --reason back")
      expect([waits.code, waits.out]).toEqual([
        0,
        "order \"a\", item 101: COMPLETED, and its refund waits for the payment provider"
      ])
      expect(yield* statusOf("a")).toMatchObject({ status: "COMPLETED", refund: "pending" })
      const again = yield* through("order refund a --restock --reason back --json")
      expect(JSON.parse(again.out)).toEqual({
        request_id: "a",
        item_id: "101",
        attempt: 1,
        order_status: "COMPLETED",
        done: false,
        refund: "pending",
        restock: true,
        repeated: true
      })
      const byHand = yield* through(
        "order refund a --restock --by-hand --reference wire-7 --reason expired"
      )
      expect([byHand.code, byHand.out]).toEqual([0, "order \"a\", item 101: REFUNDED, its units are on sale again"])
      const told = yield* Effect.repeat(statusOf("a"), {
        schedule: Schedule.spaced("20 millis"),
        until: ({ status }) => status === "REFUNDED"
      })
      expect(told).not.toHaveProperty("refund")
      expect((yield* beside("stock get 101")).out).toBe("item 101: available 8, held 0, sold 1")
    }), TEST_TIMEOUT)

  it.effect("an order that is being paid is cancelled once its charge is void", () =>
    Effect.gen(function*() {
      yield* placed("slow-1")
      yield* Effect.repeat(statusOf("slow-1"), {
        schedule: Schedule.spaced("20 millis"),
        until: ({ status }) => status === "RESERVED"
      })
      const waits = yield* through("order cancel slow-1 --reason called")
      expect([waits.code, waits.out]).toEqual([
        0,
        "order \"slow-1\", item 101: RESERVED, and its cancellation waits for the payment provider"
      ])
      const refused = yield* through("order refund slow-1 --restock --reason back")
      expect([refused.code, refused.complaint]).toEqual([
        1,
        "flash-sale: order \"slow-1\" is RESERVED: nothing was sold that could be given back"
      ])
    }), TEST_TIMEOUT)
})
