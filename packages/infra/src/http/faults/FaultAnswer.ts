/** The answer to a request that has a fault, in the form of every answer of the API. */
import { type ServerResponse, STATUS_CODES } from "node:http"
import * as CorrelationIds from "../../observability/tracing/CorrelationIds.ts"
import type { RequestFault } from "./RequestFault.ts"

interface Answer {
  readonly headers: ReadonlyArray<readonly [string, string]>
  readonly body: string
}

const make = ({ code, error }: RequestFault): Answer => {
  const correlation_id = CorrelationIds.make()
  const body = JSON.stringify({ error, code, retryable: code === "request_timeout", correlation_id })
  return {
    headers: [
      ["content-type", "application/json"],
      ["content-length", String(Buffer.byteLength(body))],
      [CorrelationIds.HEADER, correlation_id],
      ["connection", "close"]
    ],
    body
  }
}

/** As it is on the wire, for a connection on which no request is in hand. */
export const text = (fault: RequestFault): string => {
  const { body, headers } = make(fault)
  const fields = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("")
  return `HTTP/1.1 ${fault.status} ${STATUS_CODES[fault.status]}\r\n${fields}\r\n${body}`
}

/** Answers a request that was taken; its connection ends with the answer. */
export const send = (response: ServerResponse, fault: RequestFault): void => {
  const { body, headers } = make(fault)
  response.writeHead(fault.status, headers.flat())
  response.end(body)
}
