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

/** What came of one request. `wasClosed`: a connection that was kept open was closed just as it was used again. */
type Came = Answer & { readonly wasClosed?: boolean }

/** How often a request is sent again at once, as its connection was closed before anything came. */
const MAX_RESENT = 2

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

/** What the system says of a connection that its other side has closed. */
const CLOSED: ReadonlyArray<string> = ["ECONNRESET", "EPIPE"]

const codeOf = (error: Error): string => "code" in error && typeof error.code === "string" ? error.code : error.name

/** Nothing that a receiver has sent is shown. */
const wordsOf = (error: Error): string => {
  if (error instanceof Lookup.RefusedAddress) return error.message
  const code = codeOf(error)
  return WORDS[code] ?? `the exchange failed (${code})`
}

/** Reads what may be read, and ends the connection of who has more to say, or says it slowly. */
const throwAway = (answer: IncomingMessage, request: ClientRequest): void => {
  let bytes = 0
  const stop = () => void request.destroy()
  const late = AbortSignal.timeout(REST_MILLIS)
  const end = () => late.removeEventListener("abort", stop)
  late.addEventListener("abort", stop)
  answer.on("data", (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > MAX_ANSWER_BYTES) request.destroy()
  })
  answer.once("error", end)
  answer.once("close", end)
}

const answerOf = ({ headers, statusCode = 0 }: IncomingMessage): Came => ({
  status: statusCode,
  retryAfter: headers["retry-after"]
})

/** Throws where a header holds what none may hold. */
const begin = ({ agent, body, headers, url }: Post, came: (answer: Came) => void): ClientRequest => {
  const send = url.protocol === "https:" ? httpsRequest : httpRequest
  const request = send(url, { method: "POST", agent, headers })
  request.once("response", (answer) => {
    throwAway(answer, request)
    came(answerOf(answer))
  })
  // Node tells of 101 by this event alone.
  request.once("upgrade", (answer, socket) => {
    socket.destroy()
    came(answerOf(answer))
  })
  // Of a request that is answered already nobody wants to know.
  request.on(
    "error",
    (error) => came({ error: wordsOf(error), wasClosed: request.reusedSocket && CLOSED.includes(codeOf(error)) })
  )
  request.end(body)
  return request
}

const exchange = (wanted: Post): Effect.Effect<Came> =>
  Effect.callback((resume) => {
    const came = (answer: Came) => resume(Effect.succeed(answer))
    try {
      const request = begin(wanted, came)
      return Effect.sync(() => void request.destroy())
    } catch (error) {
      came({ error: error instanceof Error ? wordsOf(error) : "the exchange failed" })
      return undefined
    }
  })

/**
 * Never fails: what goes wrong is an answer, too. A receiver may close a connection that is idle just as it is used
 * again, as servers do after a while: what was sent then is sent once more, and its `webhook-id` says that it is.
 */
export const post = (wanted: Post): Effect.Effect<Answer> =>
  Effect.timeoutOrElse(
    Effect.repeat(exchange(wanted), { times: MAX_RESENT, while: (came) => came.wasClosed === true }),
    {
      duration: wanted.timeoutMillis,
      orElse: () => Effect.succeed({ error: `no answer within ${wanted.timeoutMillis / 1_000} s` })
    }
  )
