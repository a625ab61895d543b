/** Folding a batch of commands into its item, by the domain's own decision: one write. */
import type { FoldReply, FoldRequest } from "@flash-sale/domain/ports/ItemStore"
import * as Fold from "@flash-sale/domain/rules/Fold"
import { Result } from "effect"
import { RowDamaged } from "../database/Connection.ts"
import * as Write from "../database/writer/Write.ts"
import * as EventRows from "./EventRows.ts"
import * as ItemHead from "./ItemHead.ts"
import * as ItemLoad from "./ItemLoad.ts"
import * as ItemSave from "./ItemSave.ts"
import * as MarkRows from "./MarkRows.ts"

/** Nothing was changed: the errors of the port, as plain data. */
export type Refusal =
  | MarkRows.Moved
  | { readonly _tag: "PositionBehind"; readonly itemId: string; readonly position: number }
  | { readonly _tag: "ItemDamaged"; readonly itemId: string; readonly detail: string }

type Folding = Write.Job<FoldRequest, FoldReply, Refusal>

const run: Folding = (connection, request, touch) => {
  const { itemId, partition } = request
  if (MarkRows.readEpoch(connection, partition) !== request.epoch) return Result.fail(MarkRows.moved(partition))
  const head = ItemHead.find(connection, itemId) ?? ItemHead.create(connection, itemId, partition)
  const loaded = ItemLoad.load(connection, head, request)
  const result = Fold.fold(loaded.folded, request)
  switch (result._tag) {
    case "Behind":
      return Result.fail({ _tag: "PositionBehind", itemId, position: result.position })
    case "Stopped":
      return Result.fail({ _tag: "ItemDamaged", itemId, detail: result.detail })
    case "Folded": {
      const { outcomes, state } = result
      ItemSave.save(connection, head.id, loaded, state, request)
      const event = request.emitEvents
        ? EventRows.ofFold(head.item, state.item, request.commands, outcomes)
        : undefined
      if (event !== undefined) {
        EventRows.add(connection, head.id, head.eventCount + 1, event)
        touch(EventRows.topic(itemId))
      }
      ItemHead.save(connection, head.id, state, head.eventCount + (event === undefined ? 0 : 1))
      return Result.succeed({
        outcomes: request.isSilent === true ? [] : outcomes,
        summary: ItemHead.summary(state, MarkRows.read(connection, partition) !== undefined)
      })
    }
  }
}

/** A row that this build cannot have written stops its item, and nothing else. */
const orDamaged: Folding = (connection, request, touch) => {
  try {
    return run(connection, request, touch)
  } catch (error) {
    if (!(error instanceof RowDamaged)) throw error
    return Result.fail({ _tag: "ItemDamaged", itemId: request.itemId, detail: error.message })
  }
}

export const fold = Write.define("items.fold", orDamaged)
