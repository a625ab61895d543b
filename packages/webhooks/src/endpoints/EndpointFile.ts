/** The file of the endpoints, as it is read while webhooks run: what it says is in force within a second. */
import * as WatchedFile from "@flash-sale/infra/watch/WatchedFile"
import { Effect, type Scope } from "effect"
import * as EndpointList from "./EndpointList.ts"

/** For lines: what the file holds. */
const WHAT = "the endpoints of webhooks"

export type Endpoints = WatchedFile.Watched<ReadonlyArray<EndpointList.Endpoint>>

/** Follows the file for as long as the scope lives. One that is not there holds no endpoints. */
export const watch = (path: string): Effect.Effect<Endpoints, WatchedFile.CannotUseFile, Scope.Scope> =>
  WatchedFile.make<ReadonlyArray<EndpointList.Endpoint>>({
    path,
    what: WHAT,
    events: { changed: "webhooks_file_changed", unusable: "webhooks_file_unusable" },
    read: (text) => {
      const endpoints = EndpointList.parse(text)
      return typeof endpoints === "string" ? Effect.fail(endpoints) : Effect.succeed(endpoints)
    },
    missing: { value: [] }
  })
