/** Reading answers: their bodies, within a bound, and the error that a refusal is. */
import { type JsonObject, readObject, textOf } from "../wire/Json.ts"
import { FlashSaleError } from "./FlashSaleError.ts"
import { retryAfterMillis } from "./RetryAfter.ts"

/** The largest body that is read, in bytes. */
const MAX_BODY_BYTES = 4 * 1024 * 1024

export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** Undefined where the body is no JSON object. */
  readonly body: JsonObject | undefined
}

const readText = async (response: Response, maxBytes: number): Promise<string> => {
  if (response.body === null) return ""
  const reader = response.body.getReader()
  const decoder = new TextDecoder()
  let text = ""
  let bytes = 0
  while (true) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    bytes += value.byteLength
    if (bytes > maxBytes) {
      await reader.cancel()
      throw unexpected(response, `the body is larger than ${maxBytes} bytes`)
    }
    text += decoder.decode(value, { stream: true })
  }
}

/** `maxBytes` is the largest body that is taken. */
export const readAnswer = async (response: Response, maxBytes = MAX_BODY_BYTES): Promise<Answer> => ({
  status: response.status,
  headers: response.headers,
  body: readObject(await readText(response, maxBytes))
})

/** Answers of proxies and balancers that speak of a moment, and not of the request. */
const PASSING = [408, 425, 429, 502, 503, 504]

const correlationOf = (headers: Headers, body: JsonObject | undefined): string | undefined =>
  textOf(body?.["correlation_id"]) ?? headers.get("x-correlation-id") ?? undefined

/** What came is not the engine's. */
export const unexpected = ({ headers, status }: Pick<Answer, "status" | "headers">, why: string): FlashSaleError =>
  new FlashSaleError(`${why} (status ${status})`, {
    code: "unexpected_answer",
    status,
    retryable: PASSING.includes(status),
    correlationId: correlationOf(headers, undefined),
    retryAfterMillis: retryAfterMillis(headers, undefined)
  })

/** The error that a refusal is. */
export const refusal = (answer: Answer): FlashSaleError => {
  const { body, headers, status } = answer
  const code = textOf(body?.["code"])
  if (body === undefined || code === undefined) return unexpected(answer, "the answer is not the engine's")
  return new FlashSaleError(`${textOf(body["error"]) ?? "refused"} (status ${status})`, {
    code,
    status,
    retryable: body["retryable"] === true,
    correlationId: correlationOf(headers, body),
    retryAfterMillis: retryAfterMillis(headers, body),
    body
  })
}
