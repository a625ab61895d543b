/** All that Kafka provides. */
import type { DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import type { LetterReader } from "@flash-sale/domain/ports/LetterReader"
import type { LogCopy } from "@flash-sale/domain/ports/LogCopy"
import type { LogReader } from "@flash-sale/domain/ports/LogReader"
import type { OrderEvents } from "@flash-sale/domain/ports/OrderEvents"
import type { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { Layer } from "effect"
import * as BrokerApis from "./client/BrokerApis.ts"
import * as KafkaClient from "./client/KafkaClient.ts"
import type { KafkaSettings } from "./client/KafkaSettings.ts"
import * as KafkaDeadLetters from "./KafkaDeadLetters.ts"
import * as KafkaLetterReader from "./KafkaLetterReader.ts"
import * as KafkaLogCopy from "./KafkaLogCopy.ts"
import * as KafkaLogReader from "./KafkaLogReader.ts"
import * as KafkaOrderEvents from "./KafkaOrderEvents.ts"
import * as KafkaOrderLog from "./KafkaOrderLog.ts"
import type { Asker } from "./topics/Evidence.ts"
import * as Topics from "./topics/Topics.ts"

/**
 * The order log, its dead letters and order events, for a service with the rights of `asker`. Builds at once, also
 * while Kafka is away. Makes the topics where there are none and `mayCreate` lets it.
 */
export const layer = (
  settings: KafkaSettings,
  asker: Asker = "processor",
  mayCreate = true
): Layer.Layer<OrderLog | DeadLetters | LetterReader | OrderEvents> =>
  Layer.mergeAll(
    KafkaOrderLog.layer,
    // On a connection of their own: the library asks for all topics of a connection at once, and where the letters'
    // topic is missing it would get no answer about the log either.
    Layer.provide(
      Layer.merge(KafkaDeadLetters.layer, KafkaLetterReader.layer),
      Layer.fresh(KafkaClient.layer(settings))
    ),
    layerEvents(settings, asker === "processor" && mayCreate),
    BrokerApis.layer(settings)
  ).pipe(
    Layer.provide(Topics.layer(asker, mayCreate)),
    Layer.provide(KafkaClient.layer(settings))
  )

/**
 * Order events, on a connection of their own for the same reason. Asks nothing of Kafka before it is used, and makes
 * the topic where there is none and `mayMake` lets it: it is for those who tell.
 */
export const layerEvents = (settings: KafkaSettings, mayMake = false): Layer.Layer<OrderEvents> =>
  Layer.provide(KafkaOrderEvents.layer(mayMake), Layer.fresh(KafkaClient.layer(settings)))

/** Reading the log from outside: nothing is created, nothing committed. */
export const layerReader = (settings: KafkaSettings): Layer.Layer<LogReader> =>
  KafkaLogReader.layer.pipe(Layer.provide(KafkaClient.layer(settings)))

/** Reading the letters from outside: nothing is created, nothing put. */
export const layerLetters = (settings: KafkaSettings): Layer.Layer<LetterReader> =>
  KafkaLetterReader.layer.pipe(Layer.provide(Layer.fresh(KafkaClient.layer(settings))))

/** Copying the log into the topic of this name. Nothing is created or written before it is asked for. */
export const layerCopy = (settings: KafkaSettings, target: string): Layer.Layer<LogCopy> =>
  KafkaLogCopy.layer(target).pipe(Layer.provide(KafkaClient.layer(settings)))
