/** Items through the admin API. */
import type { ItemDetails, StockChanged } from "@flash-sale/domain/api/admin/ItemBodies"
import type { SalePatch } from "@flash-sale/domain/records/Command"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import type { LogPosition } from "@flash-sale/domain/records/LogRecord"
import type * as ItemView from "@flash-sale/operations/items/ItemView"
import { UnknownItem } from "@flash-sale/operations/items/KnownItem"
import type * as Cursor from "@flash-sale/operations/paging/Cursor"
import { Console, Effect, Option, Schedule } from "effect"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as Remote from "../terminal/Remote.ts"
import type { Changed, StockEdit } from "./Engine.ts"
import type { RemoteCall } from "./RemoteCall.ts"
import * as WireItems from "./WireItems.ts"

/** The engine waits for 2 s until a change counts; a command beside it for 10. */
const LOOK_FOR = "8 seconds"
const LOOK_EVERY = "250 millis"
/** Who has a change take effect, as far as can be said from here. */
const WHEN = "a processor runs"

/** The same words as beside the engine. */
const unknownItem = (itemId: ItemId) => CommandFailed.from(new UnknownItem({ itemId, isComplete: true }))

type Details = Option.Option<typeof ItemDetails.Type>

const details = ({ client, read }: RemoteCall, itemId: ItemId) =>
  read(
    client.items.item({ params: { item_id: itemId } }).pipe(
      Effect.map((found): Details => Option.some(found)),
      Effect.catchTag("UnknownItem", () => Effect.succeed<Details>(Option.none()))
    )
  )

export const item = (call: RemoteCall) => (itemId: ItemId) =>
  Effect.map(details(call, itemId), Option.map(WireItems.summaryOf))

export const listed = (call: RemoteCall) => (itemId: ItemId) =>
  Effect.map(details(call, itemId), Option.map(WireItems.shownOf))

/** Of an item that is stopped the admin API tells the name alone; they come after the others of their page. */
export const items = ({ client, read }: RemoteCall) => ({ cursor, limit }: Cursor.PageOptions) =>
  Effect.map(
    read(client.items.items({ query: { limit, ...(cursor === undefined ? {} : { cursor }) } })),
    ({ items: rows, next, stopped }): Cursor.Page<ItemView.ShownItem> => ({
      entries: [
        ...rows.map(WireItems.shownOf),
        ...stopped.map((itemId) => ({
          itemId,
          partition: undefined,
          summary: undefined,
          stopped: "its records cannot be folded"
        }))
      ],
      next
    })
  )

/** Goes on to wait until a change counts that is in the log. A key that may not read does not see it. */
const seen = (call: RemoteCall, itemId: ItemId, position: LogPosition): Effect.Effect<Changed> =>
  Effect.map(
    details(call, itemId).pipe(
      Effect.repeat({
        schedule: Schedule.spaced(LOOK_EVERY),
        until: (found: Details) => Option.exists(found, (one) => one.position >= position.offset)
      }),
      Effect.timeoutOption(LOOK_FOR),
      Effect.map((last): Details => Option.flatten(last)),
      Effect.orElseSucceed((): Details => Option.none())
    ),
    Option.match({
      onNone: (): Changed => ({ _tag: "Recorded", position, when: WHEN }),
      onSome: (found): Changed => ({ _tag: "Counts", summary: WireItems.summaryOf(found), shortfall: undefined })
    })
  )

/** What the first sending took nobody can say where a second one was needed. */
const tellRepeated = ({ repeated = false }: typeof StockChanged.Type, edit: StockEdit) =>
  repeated && edit._tag === "Add" && edit.units < 0
    ? Console.error("flash-sale: its first answer was lost: whether there were as many units to take out is not known")
    : Effect.void

export const changeStock = (call: RemoteCall) =>
  Effect.fnUntraced(function*(itemId: ItemId, edit: StockEdit, author: Remote.Author) {
    const reason = yield* Remote.reasonOf(author)
    if (edit._tag === "Add" && edit.create) {
      return yield* CommandFailed.usage("--create: an item begins by stock set, through the admin API")
    }
    const payload = edit._tag === "Set" ? { set: edit.units, reason } : { add: edit.units, reason }
    const changed = yield* call.changeOnce((key) =>
      call.client.items.stock({ params: { item_id: itemId }, headers: { "idempotency-key": key }, payload }).pipe(
        Effect.map(Option.some),
        Effect.catchTag("UnknownItem", () => Effect.succeedNone)
      )
    )
    if (Option.isNone(changed)) return yield* unknownItem(itemId)
    const answer = changed.value
    if ("status" in answer) return yield* seen(call, itemId, answer.position)
    yield* tellRepeated(answer, edit)
    const summary = WireItems.summaryOf({ ...answer, position: answer.position.offset })
    return { _tag: "Counts" as const, summary, shortfall: answer.shortfall }
  })

export const changeSale = (call: RemoteCall) =>
  Effect.fnUntraced(function*(itemId: ItemId, patch: SalePatch, create: boolean, author: Remote.Author) {
    const reason = yield* Remote.reasonOf(author)
    const changed = yield* call.change(
      call.client.items.sale({
        params: { item_id: itemId },
        query: create ? { create: "true" } : {},
        payload: { ...WireItems.patchOf(patch), reason }
      }).pipe(Effect.map(Option.some), Effect.catchTag("UnknownItem", () => Effect.succeedNone))
    )
    if (Option.isNone(changed)) return yield* unknownItem(itemId)
    const answer = changed.value
    if ("status" in answer) return yield* seen(call, itemId, answer.position)
    return { _tag: "Counts" as const, summary: WireItems.summaryOf(answer), shortfall: undefined }
  })

export const changeEverySale = ({ change, client }: RemoteCall) =>
  Effect.fnUntraced(function*(paused: boolean, author: Remote.Author) {
    const payload = { reason: yield* Remote.reasonOf(author) }
    const ask = paused ? client.items.pauseAll({ payload }) : client.items.resumeAll({ payload })
    const { done, failed, incomplete_partitions: incomplete = [], total } = yield* change(ask, true)
    return { total, done, incomplete, failed: failed.map(({ code, item_id }) => ({ itemId: item_id, code })) }
  })
