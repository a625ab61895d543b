/** `flash-sale webhook secret`: what it prints can be pasted, and verifies. */
import { NodeServices } from "@effect/platform-node"
import { expect, it } from "@effect/vitest"
import * as Webhook from "@flash-sale/cli/webhook/Webhook"
import { Effect } from "effect"
import { Command as Cli } from "effect/cli"
import { Webhook as Standard } from "standardwebhooks"
import { verifyWebhook } from "../../../packages/client/src/main.ts"
import * as CommandLine from "../CommandLine.ts"

const cli = Cli.runWith(Cli.make("flash-sale").pipe(Cli.withSubcommands([Webhook.command])), { version: "0.0.0" })
const typed = (line: string) =>
  Effect.provide(CommandLine.runner(cli)(`webhook secret ${line}`, {}), NodeServices.layer)

it.effect("prints a new secret each time, and the entry that has it", () =>
  Effect.gen(function*() {
    const { complaint, isSuccess, out } = yield* typed("--name mail --to https://mail.example/in --events *")
    expect(isSuccess).toBe(true)
    const [secret = "", ...entry] = out.split("\n")
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    expect(JSON.parse(entry.join("\n"))).toEqual({
      name: "mail",
      url: "https://mail.example/in",
      secret,
      events: ["*"]
    })
    expect(complaint).toContain("WEBHOOKS_FILE")
    expect((yield* typed("")).out).not.toContain(secret)
  }))

it.effect("prints the entry alone for a program, and its secret signs and verifies", () =>
  Effect.gen(function*() {
    const { out } = yield* typed("--json")
    const { secret, ...entry } = JSON.parse(out)
    expect(entry).toEqual({ name: "shop", url: "https://shop.example/webhooks", events: ["order.*"] })
    const body = JSON.stringify({ specversion: "1.0", id: "1", source: "/", type: "x", time: "t", data: {} })
    const now = new Date()
    const headers = {
      "webhook-id": "1",
      "webhook-timestamp": String(Math.floor(now.getTime() / 1_000)),
      "webhook-signature": new Standard(secret).sign("1", now, body)
    }
    expect(yield* Effect.promise(() => verifyWebhook(secret, headers, body))).toMatchObject({ id: "1" })
  }))

it.effect("refuses what would be no entry", () =>
  Effect.gen(function*() {
    for (const line of ["--name Shop", "--to ftp://shop.example", "--to shop", "--events Order"]) {
      expect([line, (yield* typed(line)).isSuccess]).toEqual([line, false])
    }
  }))
