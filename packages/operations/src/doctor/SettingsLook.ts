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

/** The settings that both engines have. `isEmbedded` chooses the defaults of `npm start`. */
export const look = Effect.fnUntraced(function*({ read, wrong }: ReturnType<typeof reader>, isEmbedded: boolean) {
  const groups = isEmbedded
    ? ServiceSettings.serve
    : { ...ServiceSettings.gateway, ...ServiceSettings.processor, ...ServiceSettings.archive }
  yield* Effect.forEach(Object.values<Config.Config<unknown>>(groups), read, { discard: true })
  const gateway = yield* read(isEmbedded ? Settings.ServeGatewaySettings : Settings.GatewaySettings)
  const processor = yield* read(Settings.ProcessorSettings)
  const payments = yield* read(isEmbedded ? Settings.ServePaymentSettings : Settings.PaymentSettings)
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
