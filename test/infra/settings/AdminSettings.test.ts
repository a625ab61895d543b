/** Where the admin API listens, by its variables. */
import { assert, it } from "@effect/vitest"
import * as Settings from "@flash-sale/infra/Settings"
import * as AdminSettings from "@flash-sale/infra/settings/AdminSettings"
import { ConfigProvider, Effect } from "effect"

const read = (env: Readonly<Record<string, string>>) => Settings.AdminSettings.parse(ConfigProvider.fromUnknown(env))

it.effect("a process that is meant to have it listens at 8081, one that is not at no port", () =>
  Effect.gen(function*() {
    for (const env of [{}, { ADMIN_PORT: " " }]) {
      const settings = yield* read(env)
      assert.strictEqual(settings.adminHost, "127.0.0.1")
      assert.strictEqual(AdminSettings.portOf(settings, true), 8081)
      assert.isUndefined(AdminSettings.portOf(settings, false))
    }
  }))

it.effect("a port that is named is meant, and off is off", () =>
  Effect.gen(function*() {
    const named = yield* read({ ADMIN_PORT: "9000", ADMIN_HOST: "0.0.0.0" })
    assert.strictEqual(named.adminHost, "0.0.0.0")
    for (const isMeant of [true, false]) assert.strictEqual(AdminSettings.portOf(named, isMeant), 9000)
    for (const text of ["off", "OFF"]) {
      assert.isUndefined(AdminSettings.portOf(yield* read({ ADMIN_PORT: text }), true))
    }
  }))

it.effect("what is neither is named in one line each", () =>
  Effect.gen(function*() {
    const error = yield* Effect.flip(read({ ADMIN_PORT: "on", ADMIN_HOST: "everywhere" }))
    assert.deepStrictEqual(Settings.lines(error).map((line) => line.split(" is not ")[0]), [
      "ADMIN_PORT: \"on\"",
      "ADMIN_HOST: \"everywhere\""
    ])
  }))
