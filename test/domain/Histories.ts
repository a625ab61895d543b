/**
 * Random histories of one item: commands of every kind over few names, so that request ids, buyers, attempts,
 * sequence numbers and operators' commands collide all the time.
 */
import { Command, CommandId, type LoggedCommand, RULES_VERSION } from "@flash-sale/domain/records/Command"
import type { UserId } from "@flash-sale/domain/records/Ids"
import { Arbitrary, type Effect } from "effect"
import * as CheckoutSeeds from "./CheckoutSeeds.ts"
import * as Seeds from "./HistorySeeds.ts"

export const { itemId, requestIds, userIds } = Seeds

const {
  attempts,
  commandIds,
  correlationId,
  has,
  instants,
  limits,
  outcomes,
  prices,
  requests,
  widePrices,
  wideUserIds
} = Seeds
const { Seedling, decimals } = Seeds
type Seedling = Seeds.Seedling

const place = (
  { amount, at, attempt, request, user }: Seedling,
  first: boolean,
  users: ReadonlyArray<UserId> = userIds
): Command =>
  Command.Place({
    order: { requestId: requests[request]!, userId: users[user]!, itemId, amount },
    attempt: first ? 1 : attempts[attempt]!,
    acceptedAt: instants[at]!,
    correlationId
  })

const settle = (seedling: Seedling): Command =>
  Command.Settle({
    settlements: [seedling, ...seedling.more].map(({ attempt, outcome, request }) => ({
      requestId: requests[request]!,
      attempt: attempts[attempt]!,
      outcome: outcomes[outcome]!
    }))
  })

const sale = ({ at, bits }: Seedling, isWide: boolean): Command =>
  Command.Sale({
    patch: {
      ...(has(bits, 0) ? { opensAt: at === 3 ? null : instants[at]! } : {}),
      ...(has(bits, 1) ? { closesAt: at === 0 ? null : instants[at]! } : {}),
      ...(has(bits, 2) ? { perUserLimit: limits[at]! } : {}),
      ...(has(bits, 3) ? { paused: at === 0 } : {}),
      ...(isWide ? { price: widePrices[at % 2]! } : has(bits, 4) ? { price: prices[at % 3]! } : {}),
      ...(has(bits, 5) ? { currency: at === 0 ? null : "EUR" } : {}),
      ...(has(bits, 6) ? { holdSeconds: at === 0 ? null : at } : {}),
      ...(has(bits, 7) ? { maxHoldSeconds: at === 3 ? null : at + 1 } : {})
    }
  })

const adjustByHand = ({ delta, seq }: Seedling): Command => Command.Adjust({ adjustment: { seq, delta } })

const adjustByCommand = ({ bits, command, delta }: Seedling): Command =>
  Command.Adjust({
    adjustment: has(bits, 0)
      ? { command: commandIds[command]!, delta }
      : { command: commandIds[command]!, target: Math.max(0, delta) }
  })

const unreadable = ({ attempt, bits, request }: Seedling): Command =>
  Command.Unreadable({
    detail: "not an order",
    attempt: attempts[attempt]!,
    ...(has(bits, 0) ? { requestId: requests[request]! } : {})
  })

const toCommand = (seedling: Seedling): Command => {
  const named = { requestId: requests[seedling.request]!, attempt: attempts[seedling.attempt]! }
  const { kind } = seedling
  if (kind < 7) return place(seedling, true)
  if (kind < 10) return place(seedling, false)
  if (kind < 14) return settle(seedling)
  if (kind < 16) return Command.Cancel(named)
  if (kind < 18) return Command.GiveUp(named)
  if (kind < 19) return sale(seedling, false)
  if (kind < 21) return adjustByHand(seedling)
  if (kind < 22) return adjustByCommand(seedling)
  if (kind < 23) return unreadable(seedling)
  if (kind < 24) return Command.Rules({ version: has(seedling.bits, 0) ? RULES_VERSION : 1 })
  if (kind < 42) return CheckoutSeeds.toCommand(seedling)
  if (kind < 43) return place(seedling, false, wideUserIds)
  return kind < 44 ? sale(seedling, true) : settle(seedling)
}

/** One command of any kind, or several of one order. */
const toCommands = (seedling: Seedling): ReadonlyArray<Command> =>
  seedling.kind < 48 ? [toCommand(seedling)] : CheckoutSeeds.story(seedling)

/** Stock to begin with, so that most histories sell something. */
const opening: Command = Command.Adjust({ adjustment: { command: CommandId.make("opening"), delta: 12 } })

/** Which version of the rules a history gets, and when: never a later one, from its beginning, or where it comes. */
type Version = "first" | "second" | "late"
const VERSIONS: ReadonlyArray<Version> = ["first", "second", "second", "late"]

const withRules = (version: Version, command: Command): Command =>
  version === "first" && command._tag === "Rules" ? Command.Rules({ version: 1 }) : command

type Steps = ReadonlyArray<readonly [commands: ReadonlyArray<Command>, gap: number]>
const steps: Arbitrary.Arbitrary<Steps> = Arbitrary.array(
  Arbitrary.all([Arbitrary.map(Arbitrary.schema(Seedling), toCommands), Arbitrary.schema(decimals(1, 3))]),
  { minLength: 1 }
)

const logged = (version: Version, steps: Steps): ReadonlyArray<LoggedCommand> => {
  const rules = { offset: 1, command: Command.Rules({ version: RULES_VERSION }) }
  let offset = version === "second" ? rules.offset : 0
  return [
    { offset: 0, command: opening },
    ...(version === "second" ? [rules] : []),
    ...steps.flatMap(([commands, gap]) =>
      commands.map((command) => {
        offset += gap
        return { offset, command: withRules(version, command) }
      })
    )
  ]
}

/** A history of one item, from the beginning of its partition: offsets grow, not always by one. */
export const history: Arbitrary.Arbitrary<ReadonlyArray<LoggedCommand>> = Arbitrary.map(
  Arbitrary.all([steps, Arbitrary.schema(decimals(0, VERSIONS.length - 1))]),
  ([steps, version]) => logged(VERSIONS[version]!, steps)
)

/** The same that gets its rules so. */
export const historyOf = (version: Version): Arbitrary.Arbitrary<ReadonlyArray<LoggedCommand>> =>
  Arbitrary.map(steps, (steps) => logged(version, steps))

/**
 * `count` histories of up to about `size` commands, the same ones for the same seed.
 *
 * **When to use**: to feed one store with many histories in a single test. For a property that should shrink, give
 * `history` to `it.effect.prop`.
 */
export const histories = (
  seed: string | number,
  size: number,
  count: number
): Effect.Effect<ReadonlyArray<ReadonlyArray<LoggedCommand>>, Arbitrary.SampleError> =>
  Arbitrary.sampleEffect(history, { seed, size, count })
