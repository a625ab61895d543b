/**
 * The engine of which the command reaches the admin API alone. Loaded only where it is asked for: it brings the client
 * of the API, its schemas and HTTP.
 */
import type { RequestId } from "@flash-sale/domain/records/Ids"
import { Effect, Layer } from "effect"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import type { Remote } from "../terminal/Remote.ts"
import { Engine } from "./Engine.ts"
import * as RemoteCall from "./RemoteCall.ts"
import * as RemoteItems from "./RemoteItems.ts"
import * as RemoteLetters from "./RemoteLetters.ts"
import * as RemoteOverviews from "./RemoteOverviews.ts"

const NO_ARCHIVE =
  "through the admin API orders are read out of an archive, and this engine has none: ask beside its " +
  "stores, or GET /orders at its gateway"

const order = ({ client, read }: RemoteCall.RemoteCall) => (requestId: RequestId) =>
  Effect.flatMap(
    read(
      client.archive.order({ params: { request_id: requestId } }).pipe(
        Effect.catchTag("NoArchive", () => Effect.undefined)
      )
    ),
    (found) => found === undefined ? Effect.fail(CommandFailed.failed(NO_ARCHIVE)) : Effect.succeed(found)
  )

export const layer = (remote: Remote): Layer.Layer<Engine> =>
  Layer.effect(
    Engine,
    Effect.map(RemoteCall.make(remote), (call) =>
      Engine.of({
        item: RemoteItems.item(call),
        listed: RemoteItems.listed(call),
        items: RemoteItems.items(call),
        changeStock: RemoteItems.changeStock(call),
        changeSale: RemoteItems.changeSale(call),
        changeEverySale: RemoteItems.changeEverySale(call),
        order: order(call),
        letters: RemoteLetters.letters(call),
        letter: RemoteLetters.letter(call),
        previewReplay: RemoteLetters.previewReplay(call),
        replay: RemoteLetters.replay(call),
        discard: RemoteLetters.discard(call),
        overview: call.read(call.client.overview.overview({})),
        overviews: RemoteOverviews.stream(call)
      }))
  )
