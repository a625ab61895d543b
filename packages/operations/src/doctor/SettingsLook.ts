/** Reads the settings group by group: one that makes no sense hides no other. */
import * as Looked from "@flash-sale/infra/facts/Looked"
import * as ServiceSettings from "@flash-sale/infra/ServiceSettings"
import * as Settings from "@flash-sale/infra/Settings"
import * as SecretFiles from "@flash-sale/infra/settings/SecretFiles"
import { type Config, Effect } from "effect"
import type { SettingsFacts } from "./SettingsChecks.ts"

const INVALID = "its variables make no sense"

/** A group of settings that was read, or that makes no sense. */
export type Read<A> = Looked.Looked<A>

/** Reads groups, and keeps what is wrong with any of them. */
export const reader = () => {
  const wrong = new Set<string>()
  const read = <A>(config: Config.Config<A>): Effect.Effect<Read<A>> =>
    Effect.match(config, {
      onSuccess: Looked.found,
      onFailure: (error) => {
        for (const line of Settings.lines(error)) wrong.add(line)
        return Looked.notLooked(INVALID)
      }
    })
  return { read, wrong: (): ReadonlyArray<string> => [...wrong] }
}

/** The services whose settings are looked at. */
export type Whose = keyof typeof GROUPS

const GROUPS = {
  /** The one process of `npm start`, with its own defaults. */
  serve: ServiceSettings.serve,
  /** Of a gateway that looks by itself: the settings of others are elsewhere. */
  gateway: ServiceSettings.gateway,
  /** A command may have been given those of every service. */
  all: { ...ServiceSettings.gateway, ...ServiceSettings.processor, ...ServiceSettings.archive }
}

const OF_PROCESSOR = Looked.notLooked("a gateway does not know the settings of the processors")

/** The settings that both engines have. */
export const look = Effect.fnUntraced(function*({ read, wrong }: ReturnType<typeof reader>, whose: Whose) {
  const isEmbedded = whose === "serve"
  const groups = GROUPS[whose]
  yield* Effect.forEach(Object.values<Config.Config<unknown>>(groups), read, { discard: true })
  const gateway = yield* read(isEmbedded ? Settings.ServeGatewaySettings : Settings.GatewaySettings)
  const ofProcessor = <A>(config: Config.Config<A>): Effect.Effect<Read<A>> =>
    whose === "gateway" ? Effect.succeed(OF_PROCESSOR) : read(config)
  const processor = yield* ofProcessor(Settings.ProcessorSettings)
  const payments = yield* ofProcessor(isEmbedded ? Settings.ServePaymentSettings : Settings.PaymentSettings)
  const tokens = yield* read(Settings.TokenKeySettings)
  const auth = yield* read(Settings.AuthSetting)
  const keys = yield* read(Settings.KeyFileSettings)
  const facts: SettingsFacts = {
    wrong: wrong(),
    secrets: yield* read(SecretFiles.config),
    auth,
    isEmbedded,
    isCharging: Looked.map(payments, ({ provider }) => provider !== undefined),
    hasTokenKeys: Looked.map(tokens, (keys) => keys !== undefined || isEmbedded)
  }
  return {
    facts,
    auth,
    keys,
    httpPort: Looked.map(gateway, (found) => found.httpPort),
    metricsPort: Looked.map(processor, (found) => found.metricsPort)
  }
})
