/** `flash-sale webhook secret`: a new secret, and the entry of a webhook that has it. */
import { EndpointName, EventGlob } from "@flash-sale/domain/webhooks/Endpoint"
import { Console, Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { randomBytes } from "node:crypto"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as JsonFlag from "../terminal/JsonFlag.ts"

/** Bytes of a secret: as many as the hash of its signatures has. */
const BYTES = 32

const isHttp = (text: string): boolean => URL.canParse(text) && ["http:", "https:"].includes(new URL(text).protocol)

export const command = Command.make("secret", {
  name: Flag.String("name").pipe(
    Flag.withSchema(EndpointName),
    Flag.withDescription("The name of the webhook: 1 to 40 of a-z, 0-9 and -; shop by default"),
    Flag.withDefault(EndpointName.make("shop"))
  ),
  url: Flag.String("to").pipe(
    Flag.filter(isHttp, () => "an address such as https://shop.example/webhooks"),
    Flag.withDescription("Where it is delivered to; https://shop.example/webhooks by default"),
    Flag.withDefault("https://shop.example/webhooks")
  ),
  events: Flag.String("events").pipe(
    Flag.withSchema(EventGlob),
    Flag.withDescription("The types of events that it is told, such as order.* or *; order.* by default"),
    Flag.withDefault("order.*")
  ),
  ...JsonFlag.one
}, ({ events, json, name, url }) =>
  Effect.gen(function*() {
    const secret = `whsec_${randomBytes(BYTES).toString("base64")}`
    const entry = { name, url, secret, events: [events] }
    if (json) return yield* Console.log(JSON.stringify(entry))
    yield* Console.log(`${secret}\n\n${JSON.stringify(entry, null, 2)}`)
    yield* Console.error(
      "the receiver needs the secret; the entry belongs into WEBHOOKS_FILE, which holds [entry, ...], is for its " +
        "owner alone (chmod 600), and is read again within a second. Nothing was written"
    )
  }).pipe(Effect.mapError(CommandFailed.from))).pipe(
    Command.withDescription(
      "Print a new secret, and an entry for WEBHOOKS_FILE that has it. It writes and asks nothing: while a secret is " +
        "changed over, an entry may have a list of the new one and the old one"
    ),
    Command.withExamples([{
      command: "flash-sale webhook secret --name shop --to https://shop.example/webhooks"
    }])
  )
