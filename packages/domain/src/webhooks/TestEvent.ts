/** The event by which an operator tries an endpoint. It is in no history. */
import * as CloudEvent from "../events/CloudEvent.ts"
import * as Moment from "../records/Moment.ts"
import type { EndpointName } from "./Endpoint.ts"

export const TYPE = "webhook.test"

/** As JSON; `now` in milliseconds since 1970 (UTC). */
export const write = (id: string, endpoint: EndpointName, now: number): string =>
  JSON.stringify({
    specversion: CloudEvent.SPEC_VERSION,
    id,
    source: CloudEvent.SOURCE,
    type: TYPE,
    time: Moment.isoOf(now),
    datacontenttype: "application/json",
    data: { endpoint }
  })
