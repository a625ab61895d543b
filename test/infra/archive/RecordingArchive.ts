/** A process of its own for `ArchiveFile.test.ts`: takes in batches without end, and says of each when it is there. */
import { ArchiveWriter } from "@flash-sale/domain/ports/Archive"
import { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import { Offset } from "@flash-sale/domain/records/Partition"
import * as ArchiveLayers from "@flash-sale/infra/archive/ArchiveLayers"
import { Effect } from "effect"
import { writeSync } from "node:fs"
import { batch, step } from "../../contract/archive/Telling.ts"

/** Orders of one batch, named by it. */
const SIZE = 200
const STDOUT = 1

const record = Effect.gen(function*() {
  const writer = yield* ArchiveWriter
  for (let n = 1;; n++) {
    const events = Array.from(
      { length: SIZE },
      (_, order) =>
        step("order.completed", { item: ItemId.make(`batch-${n}`), request: RequestId.make(`r-${n}-${order}`), at: n })
    )
    yield* writer.record(batch(events, { next: Offset.make(n) }))
    writeSync(STDOUT, `batch ${n}\n`)
  }
})

await Effect.runPromise(Effect.provide(record, ArchiveLayers.layerFile(process.argv[2]!)))
