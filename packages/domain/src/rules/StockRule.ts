/** Adjusting the stock of an item, each adjustment once. Pure. */
import { HashMap, Option } from "effect"
import type { Adjustment } from "../records/Command.ts"
import { COMMANDS_REMEMBERED, forgetting, isRemembered, type Item } from "./Item.ts"

/** An external edit counts once by its sequence number, an operator's command once by its name. */
export const adjust = (item: Item, adjustment: Adjustment): Item => {
  if ("seq" in adjustment) {
    return adjustment.seq <= item.seq ? item : { ...changeStock(item, adjustment.delta), seq: adjustment.seq }
  }
  const seen = HashMap.get(item.commands, adjustment.command)
  if (Option.isSome(seen) && isRemembered(seen.value, item.commandCount, COMMANDS_REMEMBERED)) return item
  const commandCount = item.commandCount + 1
  return {
    ...changeStock(item, "delta" in adjustment ? adjustment.delta : adjustment.target - item.available),
    commands: forgetting(
      HashMap.set(item.commands, adjustment.command, commandCount),
      COMMANDS_REMEMBERED,
      (n) => isRemembered(n, commandCount, COMMANDS_REMEMBERED)
    ),
    commandCount
  }
}

/** A downward change takes at most what is available now, so that nothing that is held or sold is touched. */
const changeStock = (item: Item, delta: number): Item => {
  const change = Math.max(delta, -item.available)
  return { ...item, available: item.available + change, stocked: item.stocked + change }
}
