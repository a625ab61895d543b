/** The services of the gateway that an order passes, each with a bug that a test can switch on. */
import * as RateLimitHeaders from "@flash-sale/gateway/buy/RateLimitHeaders"
import * as LogBreaker from "@flash-sale/gateway/guards/LogBreaker"
import * as StoreBreaker from "@flash-sale/gateway/guards/StoreBreaker"
import * as StoreRoomGuard from "@flash-sale/gateway/guards/StoreRoomGuard"
import * as WaitEstimate from "@flash-sale/gateway/guards/WaitEstimate"
import * as ItemReads from "@flash-sale/gateway/reads/ItemReads"
import * as BuyTelemetry from "@flash-sale/gateway/request/BuyTelemetry"
import { Context, Effect, Exit, Layer } from "effect"
import { BUG } from "./FaultSwitches.ts"

/** The places in which a bug can be switched on. */
export const BROKEN = [
  "LogBreaker.refusal",
  "LogBreaker.record dies",
  "LogBreaker.record throws",
  "StoreRoomGuard.isShort",
  "WaitEstimate.before",
  "WaitEstimate.at",
  "ItemReads.ask throws",
  "ItemReads.ask dies",
  "StoreBreaker.ask dies",
  "StoreBreaker.ask throws",
  "RateLimitHeaders.ofQueued",
  "BuyTelemetry.received",
  "BuyTelemetry.queued"
] as const
export type Broken = typeof BROKEN[number]

export class Bugs extends Context.Service<Bugs, { at: Broken | undefined }>()("test/gateway/BrokenGuards/Bugs") {
  static readonly layer = Layer.sync(Bugs, () => ({ at: undefined }))
}

const boom = (): never => {
  throw new Error(BUG)
}

/** Breaks one service: `change` gets the sound one, and says whether a bug is switched on. */
const broken = <I, S, E, R>(
  service: Context.Key<I, S>,
  sound: Layer.Layer<I, E, R>,
  change: (sound: S, is: (at: Broken) => boolean) => S
) =>
  Layer.effect(
    service,
    Effect.gen(function*() {
      const bugs = yield* Bugs
      return change(yield* service, (at) => bugs.at === at)
    })
  ).pipe(Layer.provide(sound))

export const logBreaker = (settings: Parameters<typeof LogBreaker.layer>[0]) =>
  broken(LogBreaker.LogBreaker, LogBreaker.layer(settings), (sound, is) => ({
    ...sound,
    refusal: () => is("LogBreaker.refusal") ? boom() : sound.refusal(),
    record: (succeeded) => {
      if (is("LogBreaker.record throws")) boom()
      return is("LogBreaker.record dies") ? Effect.die(new Error(BUG)) : sound.record(succeeded)
    }
  }))

export const storeRoom = broken(StoreRoomGuard.StoreRoomGuard, StoreRoomGuard.layer, (sound, is) => ({
  isShort: () => is("StoreRoomGuard.isShort") ? boom() : sound.isShort()
}))

export const waitEstimate = broken(WaitEstimate.WaitEstimate, WaitEstimate.layer, (sound, is) => ({
  before: (itemId) => is("WaitEstimate.before") ? boom() : sound.before(itemId),
  at: (position) => is("WaitEstimate.at") ? boom() : sound.at(position)
}))

export const itemReads = (maxAge: Parameters<typeof ItemReads.layer>[0]) =>
  broken(ItemReads.ItemReads, ItemReads.layer(maxAge), (sound, is) => ({
    ...sound,
    ask: (itemId, answered) => {
      if (is("ItemReads.ask throws")) boom()
      if (is("ItemReads.ask dies")) answered(Exit.die(new Error(BUG)))
      else sound.ask(itemId, answered)
    }
  }))

export const storeBreaker = broken(StoreBreaker.StoreBreaker, StoreBreaker.layer, (sound, is) => ({
  ...sound,
  ask: (question) => {
    if (is("StoreBreaker.ask throws")) boom()
    return is("StoreBreaker.ask dies") ? Effect.die(new Error(BUG)) : sound.ask(question)
  }
}))

export const rateLimitHeaders = (settings: Parameters<typeof RateLimitHeaders.layer>[0]) =>
  broken(RateLimitHeaders.RateLimitHeaders, RateLimitHeaders.layer(settings), (sound, is) => ({
    ...sound,
    ofQueued: (remaining) => is("RateLimitHeaders.ofQueued") ? boom() : sound.ofQueued(remaining)
  }))

export const buyTelemetry = broken(BuyTelemetry.BuyTelemetry, BuyTelemetry.layer, (sound, is) => ({
  ...sound,
  received: (request, order) => is("BuyTelemetry.received") ? boom() : sound.received(request, order),
  queued: (request, order) => is("BuyTelemetry.queued") ? boom() : sound.queued(request, order)
}))
