/** `flash-sale dlq` as it is typed, on the embedded file of a test. */
import { NodeServices } from "@effect/platform-node"
import * as Dlq from "@flash-sale/cli/dlq/Dlq"
import * as OrderCommand from "@flash-sale/cli/order/OrderCommand"
import * as CommandFailed from "@flash-sale/cli/terminal/CommandFailed"
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import { Command } from "@flash-sale/domain/records/Command"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { isFinal, type StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import { PaymentToken, type RecordedToken } from "@flash-sale/domain/records/PaymentToken"
import * as Infra from "@flash-sale/infra/Infra"
import * as Processor from "@flash-sale/processor/Processor"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Cause, ConfigProvider, Console, Duration, Effect, Exit, Layer, Logger, Schedule } from "effect"
import { Command as Cli } from "effect/cli"
import { TestConsole } from "effect/testing"

const cli = Cli.runWith(Cli.make("flash-sale").pipe(Cli.withSubcommands([Dlq.command, OrderCommand.command])), {
  version: "0.0.0"
})

/** Shares no layer with its caller: what a command builds is its own, as in a process of its own. */
export const inAProcess = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => Effect.provideService(effect, Layer.CurrentMemoMap, Layer.makeMemoMapUnsafe()))

/** What a command printed, what it complained of, and whether it succeeded. A text in quotes is one argument. */
export const typed = (folder: string, line: string) =>
  Effect.gen(function*() {
    const console = yield* TestConsole.make
    const words = Array.from(line.matchAll(/"([^"]*)"|\S+/g), ([word, quoted]) => quoted ?? word)
    const exit = yield* Effect.exit(CommandFailed.report(cli(words))).pipe(
      Effect.provideService(Console.Console, console),
      Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env: { DATA_DIR: folder } })),
      Effect.provide(NodeServices.layer),
      inAProcess
    )
    return {
      isSuccess: Exit.isSuccess(exit),
      failure: Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined,
      out: (yield* console.logLines).join("\n"),
      complaint: (yield* console.errorLines).join("\n")
    }
  })

/** The processor over any ports, with simulated payments of which this share times out. */
export const processor = (failureRate: number) =>
  Processor.layer.pipe(
    Layer.provide(ProcessorState.layer),
    Layer.provide(Infra.layerPayments({ failureRate, latency: Duration.millis(1) })),
    Layer.provide(Logger.layer([]))
  )

/** The engine of the embedded file. */
export const engine = (dataDir: string, failureRate: number) =>
  Layer.provideMerge(processor(failureRate), Layer.orDie(Infra.layerEmbedded({ dataDir })))

const SECRET: RecordedToken = PaymentToken.make("tok-secret")

export const order = (requestId: string, itemId: string, attempt = 1, paymentToken = SECRET) =>
  LogRecord.encode(
    ItemId.make(itemId),
    Command.Place({
      order: {
        requestId: RequestId.make(requestId),
        userId: UserId.make("u-1"),
        itemId: ItemId.make(itemId),
        amount: 1,
        paymentToken
      },
      attempt,
      acceptedAt: 1_000,
      correlationId: CorrelationId.make(`c-${requestId}`)
    })
  )

/** Asks until the answer is there and is the one that is waited for. */
export const eventually = <A, E, R>(
  ask: Effect.Effect<A, E, R>,
  isIt: (answer: A) => boolean
): Effect.Effect<A, E, R> => Effect.repeat(ask, { schedule: Schedule.spaced("10 millis"), until: isIt })

/** The status once that attempt is final. */
export const fate = (requestId: string, attempt: number) =>
  Effect.gen(function*() {
    const statuses = yield* OrderStatuses
    const lookup = yield* statuses.read(RequestId.make(requestId))
    return lookup._tag === "Kept" ? lookup.record : undefined
  }).pipe(
    (ask) =>
      eventually(
        ask,
        (record: StatusRecord | undefined) => record?.attempt === attempt && isFinal(record.status)
      ),
    Effect.map((record) => record?.status)
  )
