/** `flash-sale order list`: orders of any age, out of the archive. */
import { UserId } from "@flash-sale/domain/records/Ids"
import { OrderStatus } from "@flash-sale/domain/records/OrderStatus"
import * as OrderCsv from "@flash-sale/operations/archive/OrderCsv"
import { Console, Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { Engine } from "../engine/Engine.ts"
import * as EngineAt from "../engine/EngineAt.ts"
import * as ListFlags from "../report/ListFlags.ts"
import * as OrderLines from "../report/OrderLines.ts"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as JsonFlag from "../terminal/JsonFlag.ts"
import * as Target from "../terminal/Target.ts"

/** A status as it is typed, and as the engine writes it: `failed-payment`, `FAILED_PAYMENT`. */
const typed = (status: string): string => status.toLowerCase().replaceAll("_", "-")

const STATUSES = OrderStatus.literals.map(typed).join(", ")

const filters = {
  item: ListFlags.item,
  user: Flag.String("user").pipe(
    Flag.withSchema(UserId),
    Flag.withDescription("Only of this buyer; of all where it is absent"),
    Flag.optional
  ),
  status: Flag.String("status").pipe(
    Flag.filterMap(
      (text) => Option.fromUndefinedOr(OrderStatus.literals.find((status) => typed(status) === typed(text))),
      () => `one of ${STATUSES}`
    ),
    Flag.withDescription(`Only orders that are this, in any case: ${STATUSES}; any where it is absent`),
    Flag.optional
  ),
  from: ListFlags.time("from", "Only orders that were accepted then or later"),
  until: ListFlags.time("until", "Only orders that were accepted before then")
}

export const command = Command.make("list", {
  ...filters,
  limit: ListFlags.limit,
  csv: ListFlags.csv,
  ...JsonFlag.lines,
  ...Target.anywhere
}, ({ csv, from, item, json, limit, status, until, user, ...target }) =>
  Effect.gen(function*() {
    const form = yield* ListFlags.formOf({ csv, json })
    const [fromMillis, untilMillis] = [yield* ListFlags.instant(from), yield* ListFlags.instant(until)]
    if (fromMillis !== undefined && untilMillis !== undefined && untilMillis <= fromMillis) {
      return yield* CommandFailed.usage("--until: must be later than --from")
    }
    const filter = {
      itemId: Option.getOrUndefined(item),
      userId: Option.getOrUndefined(user),
      status: Option.getOrUndefined(status),
      from: fromMillis,
      until: untilMillis
    }
    yield* Effect.gen(function*() {
      const engine = yield* Engine
      const read = (options: Parameters<typeof engine.orders>[1]) => engine.orders(filter, options)
      const { isAll, shown } = yield* ListFlags.eachPage(limit, read, OrderLines.print(form))
      if (form === "csv" && shown === 0) yield* Console.log(OrderCsv.HEADINGS.trimEnd())
      if (form === "table" && shown === 0) yield* Console.log("no orders")
      if (!isAll) yield* Console.error("flash-sale: and more: --limit")
    }).pipe(Effect.provide(EngineAt.layer(target)))
  }).pipe(Effect.mapError(CommandFailed.from))).pipe(
    Command.withDescription(
      "Print orders of any age out of the archive, the newest first: all that ever held units, and those turned away " +
        "where the engine keeps them. Money is in its currency's digits"
    ),
    Command.withExamples([
      { command: "flash-sale order list --item 101 --status completed --csv > sold.csv" },
      { command: "flash-sale order list --user u-1 --from 7d --json", description: "One JSON object for each order" }
    ])
  )
