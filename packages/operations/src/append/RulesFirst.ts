/**
 * What needs version 2 of the rules comes behind the record that has its item folded by them, and only where whoever
 * folds the item knows that version: to an older build it would be unreadable.
 */
import { Backlogs } from "@flash-sale/domain/ports/Backlogs"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import {
  type AppendRefused,
  type AppendUnknown,
  type LogRefused,
  type LogUnavailable,
  OrderLog
} from "@flash-sale/domain/ports/OrderLog"
import { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import { Command } from "@flash-sale/domain/records/Command"
import { isWide, type ItemId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import type { Operator } from "@flash-sale/domain/records/operator/Operator"
import * as OperatorRecord from "@flash-sale/domain/records/operator/OperatorRecord"
import { home, type PartitionId } from "@flash-sale/domain/records/Partition"
import * as RulesVersions from "@flash-sale/domain/rules/RulesVersions"
import { Effect, Schema } from "effect"
import * as AppendRetries from "./AppendRetries.ts"

/** Nothing was recorded: whoever folds the item does not know the rules that the record needs, as far as is known. */
export class Upgrading extends Schema.TaggedError<Upgrading>()("Upgrading", { detail: Schema.String }) {}

export type RulesError =
  | Upgrading
  | AppendRefused
  | AppendUnknown
  | LogRefused
  | LogUnavailable
  | StoreUnavailable

/** Whether version 1 of the rules does not do what this record of the item asks for. */
export const isNeeded = (itemId: ItemId, command: Command): boolean =>
  isWide(itemId) || RulesVersions.needsCheckout(command) ||
  // Version 1 passes these settings over. There is nothing that it could take away.
  (command._tag === "Sale" &&
    (typeof command.patch.holdSeconds === "number" || typeof command.patch.maxHoldSeconds === "number"))

/** How long each look may take. */
const LOOKED_WITHIN = "3 seconds"

const within = <A, E, R>(look: Effect.Effect<A, E, R>): Effect.Effect<A, E | StoreUnavailable, R> =>
  Effect.timeoutOrElse(look, {
    duration: LOOKED_WITHIN,
    orElse: () => Effect.fail(new StoreUnavailable({ detail: `no answer within ${LOOKED_WITHIN}` }))
  })

/** Fails where the owner of the partition has not said that it knows the version. */
const checkOwner = Effect.fnUntraced(function*(partition: PartitionId) {
  const backlogs = yield* Backlogs
  const rules = backlogs.ownRules ?? (yield* within(backlogs.read)).get(partition)?.rules
  if (rules === undefined) {
    return yield* new Upgrading({
      detail: `no processor has said which rules it knows for partition ${partition}: none of this release has run yet`
    })
  }
  if (rules < RulesVersions.CHECKOUT) {
    return yield* new Upgrading({
      detail: `the processor of partition ${partition} knows version ${rules} of the rules, and not ` +
        `${RulesVersions.CHECKOUT}: upgrade the processors first`
    })
  }
})

/**
 * Has the item folded by version 2 of the rules from here on, where the command needs that: appends its record unless
 * the item is known to be so already. The command may be appended once this has succeeded, and not before.
 *
 * **Details**: the record is idempotent, as rules only rise. Whoever cannot see by which version the item is folded
 * appends it again: the store is away, the item damaged, or the partition has no mark, so that what is stored may be
 * the fold of another log.
 */
export const ensure = Effect.fn("RulesFirst.ensure")(function*(
  itemId: ItemId,
  command: Command,
  operator: Operator
): Effect.fn.Return<void, RulesError, OrderLog | ItemStore> {
  if (!isNeeded(itemId, command)) return
  const log = yield* OrderLog
  const store = yield* ItemStore
  const partition = home(itemId, yield* log.partitions)
  yield* checkOwner(partition)
  const isRaised = yield* Effect.match(within(store.read(partition, itemId)), {
    onFailure: () => false,
    onSuccess: RulesVersions.isRaised
  })
  if (isRaised) return
  const record = LogRecord.encode(itemId, Command.Rules({ version: RulesVersions.CHECKOUT }))
  yield* AppendRetries.ofIdempotent(log.append(OperatorRecord.by(operator, record)))
})
