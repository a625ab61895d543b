/** One POST and the head of its answer. The rest of the answer is thrown away, and is not waited for. */
import { Effect } from "effect"
import { type Agent, type ClientRequest, type IncomingMessage, request as httpRequest } from "node:http"
import { request as httpsRequest } from "node:https"
import * as Lookup from "./Lookup.ts"

/** Bytes of an answer that are read, so that its connection can be used again: a longer answer ends it. */
export const MAX_ANSWER_BYTES = 64 * 1_024

/** How long the rest of an answer may take, in milliseconds: its connection is wanted. */
const REST_MILLIS = 1_000

export interface Post {
  readonly url: URL
  readonly agent: Agent
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly timeoutMillis: number
}

export type Answer =
  | { readonly status: number; readonly retryAfter: string | undefined }
  | { readonly error: string }

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "the connection was refused",
  ECONNRESET: "the connection was reset",
  EPIPE: "the connection was reset",
  ENOTFOUND: "its name is not known",
  EAI_AGAIN: "its name cannot be looked up now",
  EHOSTUNREACH: "it cannot be reached",
  ENETUNREACH: "it cannot be reached",
  ETIMEDOUT: "it did not take the connection in time"
}

/** Nothing that a receiver has sent is shown. */
const wordsOf = (error: Error): string => {
  if (error instanceof Lookup.RefusedAddress) return error.message
  const code = "code" in error && typeof error.code === "string" ? error.code : error.name
  return WORDS[code] ?? `the exchange failed (${code})`
}

/** Reads what may be read, and ends the connection of who has more to say, or says it slowly. */
const throwAway = (answer: IncomingMessage, request: ClientRequest): void => {
  let bytes = 0
  const timer = setTimeout(() => request.destroy(), REST_MILLIS)
  const end = () => clearTimeout(timer)
  answer.on("data", (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > MAX_ANSWER_BYTES) request.destroy()
  })
  answer.once("error", end)
  answer.once("close", end)
}

/** Never fails: what goes wrong is an answer, too. */
export const post = ({ agent, body, headers, timeoutMillis, url }: Post): Effect.Effect<Answer> =>
  Effect.callback((resume) => {
    const send = url.protocol === "https:" ? httpsRequest : httpRequest
    const request = send(url, { method: "POST", agent, headers })
    let isAnswered = false
    const done = (answer: Answer) => {
      if (isAnswered) return
      isAnswered = true
      resume(Effect.succeed(answer))
    }
    const timer = setTimeout(() => {
      done({ error: `no answer within ${timeoutMillis / 1_000} s` })
      request.destroy()
    }, timeoutMillis)
    const end = () => clearTimeout(timer)
    request.once("response", (answer) => {
      end()
      throwAway(answer, request)
      done({ status: answer.statusCode ?? 0, retryAfter: answer.headers["retry-after"] })
    })
    request.on("error", (error) => {
      end()
      done({ error: wordsOf(error) })
    })
    request.end(body)
    return Effect.sync(() => {
      end()
      request.destroy()
    })
  })
