/** Items through the admin API. */
import type { ItemDetails, ItemRow, StockChanged } from "@flash-sale/domain/api/admin/ItemBodies"
import type { SalePatch } from "@flash-sale/domain/records/Command"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import type { LogPosition } from "@flash-sale/domain/records/LogRecord"
import * as Moment from "@flash-sale/domain/records/Moment"
import type * as ItemView from "@flash-sale/operations/items/ItemView"
import { UnknownItem } from "@flash-sale/operations/items/KnownItem"
import type * as Cursor from "@flash-sale/operations/paging/Cursor"
import { Console, Effect, Option, Schedule } from "effect"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as Remote from "../terminal/Remote.ts"
import * as TimeArgument from "../terminal/TimeArgument.ts"
import type { Changed, StockEdit } from "./Engine.ts"
import type { RemoteCall } from "./RemoteCall.ts"

/** The engine waits for 2 s until a change counts; a command beside it for 10. */
const LOOK_FOR = "8 seconds"
const LOOK_EVERY = "250 millis"
/** Who has a change take effect, as far as can be said from here. */
const WHEN = "a processor runs"

type Wire = Pick<typeof ItemRow.Type, "available" | "held" | "sold" | "stocked" | "sale" | "position">

const millis = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Option.getOrUndefined(Moment.millisOf(text))

const summaryOf = ({ available, held, position, sale, sold, stocked }: Wire): ItemView.ShownSummary => ({
  available,
  held,
  sold,
  stocked,
  position,
  settings: {
    paused: sale.paused,
    opensAt: millis(sale.opens_at),
    closesAt: millis(sale.closes_at),
    perUserLimit: sale.per_user_limit,
    price: sale.price,
    currency: sale.currency
  }
})

const shownOf = (row: typeof ItemRow.Type): ItemView.ShownItem => ({
  itemId: row.item_id,
  partition: row.partition,
  summary: summaryOf(row),
  stopped: undefined
})

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

export const item = (call: RemoteCall) => (itemId: ItemId) => Effect.map(details(call, itemId), Option.map(summaryOf))

export const listed = (call: RemoteCall) => (itemId: ItemId) => Effect.map(details(call, itemId), Option.map(shownOf))

/** Of an item that is stopped the admin API tells the name alone; they come after the others of their page. */
export const items = ({ client, read }: RemoteCall) => ({ cursor, limit }: Cursor.PageOptions) =>
  Effect.map(
    read(client.items.items({ query: { limit, ...(cursor === undefined ? {} : { cursor }) } })),
    ({ items: rows, next, stopped }): Cursor.Page<ItemView.ShownItem> => ({
      entries: [
        ...rows.map(shownOf),
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
      onSome: (found): Changed => ({ _tag: "Counts", summary: summaryOf(found), shortfall: undefined })
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
    const summary = summaryOf({ ...answer, position: answer.position.offset })
    return { _tag: "Counts" as const, summary, shortfall: answer.shortfall }
  })

const moment = (at: number | null | undefined) => typeof at === "number" ? TimeArgument.show(at) : at

/** What is set, under the names of the wire. */
const wireOf = ({ closesAt, currency, opensAt, paused, perUserLimit, price }: SalePatch) => {
  const [opens, closes] = [moment(opensAt), moment(closesAt)]
  return {
    ...(opens === undefined ? {} : { opens_at: opens }),
    ...(closes === undefined ? {} : { closes_at: closes }),
    ...(paused === undefined ? {} : { paused }),
    ...(perUserLimit === undefined ? {} : { per_user_limit: perUserLimit }),
    ...(price === undefined ? {} : { price }),
    ...(currency === undefined ? {} : { currency })
  }
}

export const changeSale = (call: RemoteCall) =>
  Effect.fnUntraced(function*(itemId: ItemId, patch: SalePatch, create: boolean, author: Remote.Author) {
    const reason = yield* Remote.reasonOf(author)
    const changed = yield* call.change(
      call.client.items.sale({
        params: { item_id: itemId },
        query: create ? { create: "true" } : {},
        payload: { ...wireOf(patch), reason }
      }).pipe(Effect.map(Option.some), Effect.catchTag("UnknownItem", () => Effect.succeedNone))
    )
    if (Option.isNone(changed)) return yield* unknownItem(itemId)
    const answer = changed.value
    if ("status" in answer) return yield* seen(call, itemId, answer.position)
    return { _tag: "Counts" as const, summary: summaryOf(answer), shortfall: undefined }
  })

export const changeEverySale = ({ change, client }: RemoteCall) =>
  Effect.fnUntraced(function*(paused: boolean, author: Remote.Author) {
    const payload = { reason: yield* Remote.reasonOf(author) }
    const ask = paused ? client.items.pauseAll({ payload }) : client.items.resumeAll({ payload })
    const { done, failed, total } = yield* change(ask, true)
    return { total, done, failed: failed.map(({ code, item_id }) => ({ itemId: item_id, code })) }
  })
