/** Arguments and flags that the `order` commands share. */
import { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import { Option } from "effect"
import { Argument, Flag } from "effect/cli"
import type { Meant } from "../engine/order/OrderView.ts"

export const requestId = Argument.String("request_id").pipe(
  Argument.withSchema(RequestId),
  Argument.withDescription("The buyer's own name for the order")
)

export const item = Flag.String("item").pipe(
  Flag.withSchema(ItemId),
  Flag.withDescription(
    "The order's item: needed where its status is no longer kept, a day by default, and no archive names it"
  ),
  Flag.optional
)

export const meant = (id: RequestId, named: Option.Option<ItemId>): Meant => ({
  requestId: id,
  itemId: Option.getOrUndefined(named)
})
