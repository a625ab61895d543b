/** A collector of spans by OTLP over HTTP, that keeps what it was sent, and prints a trace as a tree. */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { buffer } from "node:stream/consumers"
import { gunzipSync } from "node:zlib"

export interface Request {
  readonly path: string
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  readonly body: Buffer
}

type Value = string | number | boolean

export interface CollectedSpan {
  readonly service: string
  readonly name: string
  readonly kind: number
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly attributes: Readonly<Record<string, Value>>
  /** Span ids. */
  readonly links: ReadonlyArray<string>
  readonly startedAt: number
  readonly endedAt: number
  readonly error: string | undefined
  readonly resource: Readonly<Record<string, Value>>
}

interface AnyValue {
  readonly stringValue?: string
  readonly intValue?: string | number
  readonly doubleValue?: number
  readonly boolValue?: boolean
}
type KeyValues = ReadonlyArray<{ readonly key: string; readonly value: AnyValue }>
interface Sent {
  readonly resourceSpans: ReadonlyArray<{
    readonly resource: { readonly attributes: KeyValues }
    readonly scopeSpans: ReadonlyArray<{
      readonly spans: ReadonlyArray<{
        readonly name: string
        readonly kind: number
        readonly traceId: string
        readonly spanId: string
        readonly parentSpanId?: string
        readonly attributes?: KeyValues
        readonly links?: ReadonlyArray<{ readonly spanId: string }>
        readonly startTimeUnixNano: string
        readonly endTimeUnixNano: string
        readonly status?: { readonly code?: number; readonly message?: string }
      }>
    }>
  }>
}

const valuesOf = (all: KeyValues = []): Record<string, Value> =>
  Object.fromEntries(all.map(({ key, value }) => [
    key,
    value.stringValue ?? value.boolValue ?? Number(value.intValue ?? value.doubleValue)
  ]))

const ERROR = 2
const NANOS_PER_MILLI = 1e6

type SentSpan = Sent["resourceSpans"][number]["scopeSpans"][number]["spans"][number]

const spanOf = (resource: Readonly<Record<string, Value>>, span: SentSpan): CollectedSpan => ({
  service: String(resource["service.name"]),
  resource,
  name: span.name,
  kind: span.kind,
  traceId: span.traceId,
  spanId: span.spanId,
  parentSpanId: span.parentSpanId === "" ? undefined : span.parentSpanId,
  attributes: valuesOf(span.attributes),
  links: (span.links ?? []).map(({ spanId }) => spanId),
  startedAt: Number(span.startTimeUnixNano) / NANOS_PER_MILLI,
  endedAt: Number(span.endTimeUnixNano) / NANOS_PER_MILLI,
  error: span.status?.code === ERROR ? span.status.message ?? "" : undefined
})

const spansIn = ({ body }: Request): ReadonlyArray<CollectedSpan> => {
  const { resourceSpans }: Sent = JSON.parse(body.toString())
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const about = valuesOf(resource.attributes)
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => spanOf(about, span)))
  })
}

export interface Collector {
  readonly url: string
  readonly requests: ReadonlyArray<Request>
  /** What came as JSON. */
  readonly spans: () => ReadonlyArray<CollectedSpan>
  readonly close: () => Promise<void>
}

/** Listens at a free port. */
export const startCollector = async (): Promise<Collector> => {
  const requests: Array<Request> = []
  const server = createServer((request, response) => {
    void buffer(request).then((sent) => {
      const body = request.headers["content-encoding"] === "gzip" ? gunzipSync(sent) : sent
      requests.push({ path: request.url ?? "", headers: request.headers, body })
      response.setHeader("content-type", request.headers["content-type"] ?? "")
      response.end(request.headers["content-type"] === "application/json" ? "{}" : "")
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    spans: () => requests.filter(({ headers }) => headers["content-type"] === "application/json").flatMap(spansIn),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
}

const lineOf = ({ endedAt, error, links, name, service, startedAt }: CollectedSpan): string =>
  `${name}  [${service}]  ${(endedAt - startedAt).toFixed(1)} ms` +
  (links.length === 0 ? "" : `  links: ${links.length}`) +
  (error === undefined ? "" : `  error: ${error}`)

/** A trace as a tree, one span a line: name, service, and how long it took. */
export const tree = (spans: ReadonlyArray<CollectedSpan>, traceId: string): string => {
  const own = spans.filter((span) => span.traceId === traceId).toSorted((a, b) => a.startedAt - b.startedAt)
  const ids = new Set(own.map(({ spanId }) => spanId))
  const lines: Array<string> = []
  const add = (some: ReadonlyArray<CollectedSpan>, depth: number): void => {
    for (const span of some) {
      lines.push(`${"  ".repeat(depth)}${lineOf(span)}`)
      add(own.filter(({ parentSpanId }) => parentSpanId === span.spanId), depth + 1)
    }
  }
  add(own.filter(({ parentSpanId }) => parentSpanId === undefined || !ids.has(parentSpanId)), 0)
  return lines.join("\n")
}
