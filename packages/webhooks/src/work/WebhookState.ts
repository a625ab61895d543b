/** What the workers of all endpoints share in one process. */
import type { EndpointName } from "@flash-sale/domain/webhooks/Endpoint"
import * as Answers from "@flash-sale/infra/observability/ArchiveAnswers"
import * as WebhookMetrics from "@flash-sale/infra/observability/metrics/WebhookMetrics"
import { Context, Effect, Layer, Metric } from "effect"
import { randomUUID } from "node:crypto"
import type { Endpoint } from "../endpoints/EndpointList.ts"

export class WebhookState extends Context.Service<
  WebhookState,
  Answers.Answers & {
    /** The name of this life of the process, as holder of endpoints. */
    readonly holder: string
    /** An endpoint that is sent to, as the file says it now; undefined where it is not there or disabled. */
    readonly endpoint: (name: EndpointName) => Endpoint | undefined
    readonly endpoints: () => ReadonlyArray<Endpoint>
    /** What is wrong with the file; undefined where it is in force as it is. */
    readonly fileTrouble: () => string | undefined
    /** The number of the last entry that is archived, as it was seen last. */
    readonly end: { seen: number }
    /** The process stops: what is in hand is finished, and nothing else is begun. */
    readonly life: { isStopping: boolean }
  }
>()("@flash-sale/webhooks/work/WebhookState") {}

export interface File {
  readonly current: () => ReadonlyArray<Endpoint>
  readonly trouble: () => string | undefined
}

export const layer = (file: File): Layer.Layer<WebhookState> =>
  Layer.effect(
    WebhookState,
    Effect.gen(function*() {
      yield* Effect.forEach(WebhookMetrics.all, Metric.value, { discard: true })
      const answers = Answers.make({ up: WebhookMetrics.up, waits: "every webhook" })
      return {
        ...answers,
        holder: randomUUID(),
        endpoints: file.current,
        endpoint: (name) => file.current().find((one) => one.name === name && !one.isDisabled),
        fileTrouble: file.trouble,
        end: { seen: 0 },
        life: { isStopping: false }
      }
    })
  )
