/**
 * Random histories of one item: commands of every kind over few names, so that request ids, buyers, attempts,
 * sequence numbers and operators' commands collide all the time.
 */
import { Command, CommandId, type LoggedCommand, RULES_VERSION } from "@flash-sale/domain/records/Command"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import { Arbitrary, type Effect, Schema } from "effect"

/** The item of every history. */
export const itemId = ItemId.make("101")

/** Names that occur, some of them chosen to trip a store that is careless with text. */
export const requestIds: ReadonlyArray<RequestId> = [
  "r-1",
  "r-2",
  "r-3",
  "r 4",
  "r:5",
  "é-6",
  "\u{1F600}-7",
  "__proto__",
  "constructor",
  "10"
].map((text) => RequestId.make(text))
export const userIds: ReadonlyArray<UserId> = ["u-1", "u-2", "__proto__", "4"].map((text) => UserId.make(text))

const commandIds = ["c-1", "c-2", "constructor"].map((text) => CommandId.make(text))
const instants = [0, 1_000, 2_000, 3_000]
const limits = [1, 2, 5, null]
const prices = [0, 499, null]
const attempts = [1, 1, 1, 1, 2, 2, 3]
/** Few names come often, so that much happens to one order; all of them come. */
const requests = [0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 3, 4, 5, 6, 7, 8, 9].map((index) => requestIds[index]!)
const outcomes = ["paid", "paid", "declined", "voided", "voided"] as const
const correlationId = CorrelationId.make("history")
const decimals = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

/** The last of the numbers that stand for kinds of commands (see `toCommand`): the more numbers, the likelier. */
const LAST_KIND = 23

/** Everything that one command may need, as small numbers: these shrink well. */
const Seedling = Schema.Struct({
  kind: decimals(0, LAST_KIND),
  request: decimals(0, requests.length - 1),
  user: decimals(0, 3),
  amount: decimals(1, 4),
  attempt: decimals(0, attempts.length - 1),
  at: decimals(0, 3),
  delta: decimals(-8, 12),
  seq: decimals(1, 6),
  command: decimals(0, 2),
  bits: decimals(0, 63),
  outcome: decimals(0, outcomes.length - 1),
  more: Schema.Array(Schema.Struct({
    request: decimals(0, requests.length - 1),
    attempt: decimals(0, attempts.length - 1),
    outcome: decimals(0, outcomes.length - 1)
  })).check(Schema.isMaxLength(5))
})
type Seedling = typeof Seedling.Type

const has = (bits: number, bit: number): boolean => (bits & (1 << bit)) !== 0

const place = ({ amount, at, attempt, request, user }: Seedling, first: boolean): Command =>
  Command.Place({
    order: { requestId: requests[request]!, userId: userIds[user]!, itemId, amount },
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

const sale = ({ at, bits }: Seedling): Command =>
  Command.Sale({
    patch: {
      ...(has(bits, 0) ? { opensAt: at === 3 ? null : instants[at]! } : {}),
      ...(has(bits, 1) ? { closesAt: at === 0 ? null : instants[at]! } : {}),
      ...(has(bits, 2) ? { perUserLimit: limits[at]! } : {}),
      ...(has(bits, 3) ? { paused: at === 0 } : {}),
      ...(has(bits, 4) ? { price: prices[at % 3]! } : {}),
      ...(has(bits, 5) ? { currency: at === 0 ? null : "EUR" } : {})
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
  if (kind < 19) return sale(seedling)
  if (kind < 21) return adjustByHand(seedling)
  if (kind < 22) return adjustByCommand(seedling)
  if (kind < 23) return unreadable(seedling)
  return Command.Rules({ version: RULES_VERSION })
}

/** One command of any kind. */
export const command: Arbitrary.Arbitrary<Command> = Arbitrary.map(Arbitrary.schema(Seedling), toCommand)

/** Stock to begin with, so that most histories sell something. */
const opening: Command = Command.Adjust({ adjustment: { command: CommandId.make("opening"), delta: 12 } })

/** A history of one item, from the beginning of its partition: offsets grow, not always by one. */
export const history: Arbitrary.Arbitrary<ReadonlyArray<LoggedCommand>> = Arbitrary.map(
  Arbitrary.array(Arbitrary.all([command, Arbitrary.schema(decimals(1, 3))]), { minLength: 1 }),
  (steps) => {
    let offset = 0
    return [
      { offset, command: opening },
      ...steps.map(([command, gap]) => {
        offset += gap
        return { offset, command }
      })
    ]
  }
)

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
