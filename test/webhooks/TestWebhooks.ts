/** Webhooks of one process on an archive of their own, with endpoints that a test changes. */
import { ArchiveWriter } from "@flash-sale/domain/ports/Archive"
import type { WebhookQueue } from "@flash-sale/domain/ports/WebhookQueue"
import { Webhooks } from "@flash-sale/domain/ports/Webhooks"
import { EndpointName } from "@flash-sale/domain/webhooks/Endpoint"
import * as ArchiveLayers from "@flash-sale/infra/archive/ArchiveLayers"
import * as EndpointList from "@flash-sale/webhooks/endpoints/EndpointList"
import * as Sender from "@flash-sale/webhooks/send/Sender"
import * as WebhookSending from "@flash-sale/webhooks/Webhooks"
import * as WebhookState from "@flash-sale/webhooks/work/WebhookState"
import { Effect, Layer, Logger } from "effect"
import { randomBytes, randomUUID } from "node:crypto"
import { fresh } from "../contract/archive/ArchiveContract.ts"
import { batch, step } from "../contract/archive/Telling.ts"
import * as Folders from "../infra/sqlite/Folders.ts"
import { until } from "../servers/Processes.ts"

export const newSecret = (): string => `whsec_${randomBytes(32).toString("base64")}`

export interface Written {
  readonly name: string
  readonly url: string
  readonly secret: string | ReadonlyArray<string>
  readonly events: ReadonlyArray<string>
  readonly disabled?: boolean
}

export const written = (name: string, url: string, change: Partial<Written> = {}): Written => ({
  name,
  url,
  secret: newSecret(),
  events: ["*"],
  ...change
})

/** The file, without a file. */
export const fileOf = (endpoints: ReadonlyArray<Written> = []) => {
  const parsed = (all: ReadonlyArray<Written>) => {
    const found = EndpointList.parse(JSON.stringify(all))
    if (typeof found === "string") throw new Error(found)
    return found
  }
  let current = parsed(endpoints)
  return {
    current: () => current,
    trouble: (): string | undefined => undefined,
    write: (all: ReadonlyArray<Written>) => {
      current = parsed(all)
    }
  }
}

export type File = ReturnType<typeof fileOf>

/** An archive in a folder of its own. */
export const archive = Layer.unwrap(Effect.map(Folders.temporary, ArchiveLayers.layerFile))

/** No lines among those of the tests. */
export const silent = Logger.layer([])

/** One process that sends by this. */
export const processBy = (
  file: File,
  sender: Layer.Layer<Sender.Sender>
): Layer.Layer<WebhookState.WebhookState, never, WebhookQueue> =>
  WebhookSending.layer.pipe(Layer.provide(sender), Layer.provideMerge(WebhookState.layer(file)))

/** One process. */
export const processOf = (file: File, options: Sender.Options = { allowPrivate: true }) =>
  processBy(file, Sender.layer(options))

/** Archives one event with this id and these data beside those that it has, whatever they are. */
export const tellAs = Effect.fnUntraced(function*(id: string, data: object) {
  const writer = yield* ArchiveWriter
  const { event, text } = step("order.completed", fresh(++offset))
  const told = JSON.parse(text)
  const time = new Date().toISOString()
  const changed = JSON.stringify({ ...told, id, time, data: { ...told.data, ...data } })
  yield* writer.record(batch([{ event: { ...event, id, time }, text: changed }]))
})

/** Archives so many orders' events of now, and gives their ids. Each has a partition's offset of its own. */
let offset = 0
export const tell = Effect.fnUntraced(function*(count: number, at = Date.now()) {
  const writer = yield* ArchiveWriter
  const told = Array.from({ length: count }, () => {
    const which = { ...fresh(++offset), item: fresh(1).item }
    const one = step("order.completed", which)
    const text = JSON.stringify({ ...JSON.parse(one.text), time: new Date(at).toISOString() })
    return { event: { ...one.event, time: new Date(at).toISOString() }, text }
  })
  yield* writer.record(batch(told))
  return told.map(({ event }) => event.id)
})

/** The same, told by their texts. */
export const wait = (what: string, isSo: () => boolean, millis = 15_000) =>
  Effect.promise(() => until(what, () => Promise.resolve(isSo()), millis))

export const standing = (name: string) =>
  Effect.map(Effect.flatMap(Webhooks, ({ list }) => list), (all) => all.find((one) => one.name === name))

/** Until the endpoint is known, so that what is told afterwards is sent. */
export const known = (name: string) =>
  Effect.repeat(standing(name), { until: (one) => one?.condition === "delivering" })

export const nameOf = (name: string) => EndpointName.make(name)
export const newTest = () => `test-${randomUUID()}`
