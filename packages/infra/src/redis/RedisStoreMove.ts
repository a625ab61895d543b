/** Having Redis become the fold of another log: statuses lose their offsets, and the key `log` names the other one. */
import { MoveRefused, StoreMove } from "@flash-sale/domain/ports/StoreMove"
import { home, PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect, Layer } from "effect"
import { unavailable } from "./client/WrongContent.ts"
import { IoRedis } from "./IoRedis.ts"
import * as Keys from "./Keys.ts"
import { patternOf } from "./rights/KeyFamilies.ts"
import { Scripts } from "./Scripts.ts"

/** Keys that one step of the scan looks at, and statuses that one call changes at the most. */
const KEYS_AT_ONCE = 500

const REFUSED = { other: "OtherLog", folding: "Folding" } as const

const make = Effect.gen(function*() {
  const redis = yield* IoRedis
  const scripts = yield* Scripts

  const forgetOffsets = Effect.gen(function*() {
    let changed = 0
    let cursor = "0"
    do {
      const [next, keys] = yield* redis.use((client) =>
        client.scan(cursor, "MATCH", patternOf("orderStatus"), "COUNT", KEYS_AT_ONCE)
      )
      if (keys.length > 0) changed += yield* scripts.forgetOffsets(keys, [])
      cursor = next
    } while (cursor !== "0")
    return changed
  }).pipe(Effect.mapError(unavailable))

  const replaceLog: StoreMove["Service"]["replaceLog"] = Effect.fnUntraced(function*({ from, kept, to }) {
    const partitions = Array.from({ length: from.partitions }, (_, partition) => PartitionId.make(partition))
    const keys = [
      Keys.log,
      Keys.backlog,
      ...partitions.map(Keys.mark),
      ...partitions.map(Keys.items),
      ...kept.map((itemId) => Keys.items(home(itemId, to.partitions)))
    ]
    const args = [from.topic, String(from.partitions), to.topic, String(to.partitions), ...kept]
    const reply = yield* Effect.mapError(scripts.replaceLog(keys, args), unavailable)
    if (reply !== "replaced") return yield* new MoveRefused({ why: REFUSED[reply] })
  })

  return StoreMove.of({ forgetOffsets, replaceLog })
})

export const layer: Layer.Layer<StoreMove, never, IoRedis | Scripts> = Layer.effect(StoreMove, make)
