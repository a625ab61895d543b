/** Commands about the archive beside it and through the admin API: the same words, and the same end. */
import { expect, layer } from "@effect/vitest"
import { ArchiveWriter } from "@flash-sale/domain/ports/Archive"
import { Effect } from "effect"
import { fresh } from "../../contract/archive/ArchiveContract.ts"
import { batch, step } from "../../contract/archive/Telling.ts"
import { beside, layerArchived, through } from "./EitherWay.ts"

const TEST_TIMEOUT = 60_000

layer(layerArchived, { excludeTestServices: true, timeout: 60_000 })("commands about the archive, either way", (it) => {
  it.effect("a status is typed as one likes, and as the engine writes it", () =>
    Effect.gen(function*() {
      const writer = yield* ArchiveWriter
      yield* writer.record(batch([step("order.completed", fresh(1)), step("order.failed", fresh(2))]))
      const { out } = yield* beside("order list --status completed")
      expect(out.split("\n")).toHaveLength(2)
      for (const status of ["COMPLETED", "Completed", "completed"]) {
        for (const door of [beside, through]) {
          expect(yield* door(`order list --status ${status}`)).toMatchObject({ code: 0, out, complaint: "" })
        }
      }
      for (const status of ["FAILED_PAYMENT", "failed-payment", "failed_payment"]) {
        expect(yield* beside(`order list --status ${status}`)).toMatchObject({ code: 0 })
      }
      const { complaint } = yield* beside("order list --status paid")
      expect(complaint).toMatch(/--status: "paid"\. Expected one of pending, .*completed, /)
    }), TEST_TIMEOUT)

  it.effect("a report of no item says so, and does not speak of changes", () =>
    Effect.gen(function*() {
      for (const door of [beside, through]) {
        expect(yield* door("report nosuch")).toMatchObject({
          code: 1,
          out: "",
          complaint: "flash-sale: item nosuch is not known: nothing was ever put in, ordered or set"
        })
      }
    }), TEST_TIMEOUT)
})
