/**
 * A payment provider as a process of its own, that keeps the contract of docs/payments.md and misbehaves on purpose.
 *
 *     PORT=20001 LEDGER=file API_KEY=secret SEED=1 SHARES='{"slow":0.1}' node test/infra/payment/provider.ts
 *
 * Its ledger is in a file, written before any answer: it survives a kill -9. `GET /ledger` shows it, `PUT /script` says
 * what a key's next requests meet, one word each; a token
 * `stubborn:<fault>` is what all charges with it meet; else each request's fault is drawn by seed, key and its number.
 * `TEMPERS` is like `SHARES` of keys instead of requests: all charges of such a key meet the fault, or are `declined`.
 */
import { createHash } from "node:crypto"
import { appendFileSync, existsSync, readFileSync } from "node:fs"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { setTimeout as delay } from "node:timers/promises"
import { type Entry, isFault, type Ledger, type PaymentRequest, type Script, type State, STUBBORN } from "./Ledger.ts"

const port = Number(process.env["PORT"])
const file = process.env["LEDGER"]!
const apiKey = process.env["API_KEY"]!
const seed = process.env["SEED"] ?? "1"
const shares = Object.entries<number>(JSON.parse(process.env["SHARES"] ?? "{}"))
const tempers = Object.entries<number>(JSON.parse(process.env["TEMPERS"] ?? "{}"))
const slowMillis = Number(process.env["SLOW_MILLIS"] ?? "1000")

type Result = Exclude<State, "unseen">

const entries = new Map<string, Entry>()
const conflicts: Array<string> = []
const seen = new Map<string, number>()
const scripts = new Map<string, Array<string>>()
let requests = 0
let deeds = 0
const aborted: Record<string, number> = {}
let connections = 0

const unseen: Entry = { state: "unseen", charges: 0, refunds: 0, fingerprint: "" }

const entryOf = (key: string): Entry => entries.get(key) ?? unseen

/** A line is in the file before any answer shows it. */
const write = (key: string, entry: Entry): void => {
  appendFileSync(file, `${JSON.stringify([key, entry])}\n`)
  entries.set(key, entry)
}

const remember = (): void => {
  if (!existsSync(file)) return
  for (const line of readFileSync(file, "utf8").split("\n")) {
    if (line === "") continue
    const [key, entry]: [string, Entry] = JSON.parse(line)
    entries.set(key, entry)
  }
}

/** Of 0 to 1, always the same for a seed and a text. */
const chance = (text: string): number =>
  createHash("sha256").update(`${seed} ${text}`).digest().readUInt32BE() / 2 ** 32

const draw = (among: typeof shares, text: string): string | undefined => {
  let left = chance(text)
  return among.find(([, share]) => (left -= share) < 0)?.[0]
}

const temperOf = (key: string): string | undefined => draw(tempers, key)

const faultFor = (key: string, isCharge: boolean, token: string | undefined): string => {
  const scripted = scripts.get(key)?.shift()
  if (scripted !== undefined) return scripted
  if (token?.startsWith(STUBBORN) === true) return token.slice(STUBBORN.length)
  const temper = isCharge ? temperOf(key) : undefined
  if (temper !== undefined && isFault(temper)) return temper
  const number = (seen.get(key) ?? 0) + 1
  seen.set(key, number)
  return draw(shares, `${key} ${number}`) ?? "none"
}

const charge = (key: string, body: string): Result => {
  const fingerprint = createHash("sha256").update(body).digest("hex")
  const known = entryOf(key)
  if (known.state !== "unseen") {
    if (known.fingerprint !== "" && known.fingerprint !== fingerprint) conflicts.push(`${key}: another charge`)
    return known.state
  }
  const { payment_token: token }: PaymentRequest = JSON.parse(body)
  const isDeclined = token?.startsWith("decline") === true || temperOf(key) === "declined"
  const state = isDeclined ? "declined" : "paid"
  write(key, { state, charges: state === "paid" ? 1 : 0, refunds: 0, fingerprint })
  return state
}

/** The key is dead from now on; what was captured goes back. */
const makeVoid = (key: string): Result => {
  const known = entryOf(key)
  if (known.state !== "voided") write(key, { ...known, state: "voided", refunds: known.charges })
  return "voided"
}

const lookUp = (key: string): Result | undefined => {
  const { state } = entryOf(key)
  return state === "unseen" ? undefined : state
}

const text = (status: number, body: string): string =>
  `HTTP/1.1 ${status} OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`

const answer = (response: ServerResponse, status: number, body: string): void => {
  response.writeHead(status, { "content-type": "application/json", location: "/elsewhere" }).end(body)
}

/** Does the deed or not, and answers or not, as the fault says. */
const misbehave = async (
  fault: string,
  key: string,
  response: ServerResponse,
  deed: () => Result | undefined
): Promise<void> => {
  if (/^\d+$/.test(fault)) return answer(response, Number(fault), "{\"result\":\"declined\"}")
  if (fault === "busy") {
    response.setHeader("retry-after", "1")
    return answer(response, 429, "{}")
  }
  if (fault === "reset") return void response.socket?.resetAndDestroy()
  if (fault === "other-key") return answer(response, 200, JSON.stringify({ result: "voided", key: `${key}0` }))
  if (fault === "late") await delay(slowMillis)
  const result = deed()
  deeds++
  const body = result === undefined ? "{}" : JSON.stringify({ result, key })
  const status = result === undefined ? 404 : 200
  switch (fault) {
    case "silent":
      return
    case "slow":
      await delay(slowMillis)
      return answer(response, status, body)
    case "done-500":
      return answer(response, 500, body)
    case "done-reset":
      return void response.socket?.resetAndDestroy()
    case "garbage":
      return answer(response, 200, "<html>\0 paid </html>")
    case "empty":
      return answer(response, 200, "")
    case "other-word":
      return answer(response, 200, "{\"result\":\"PAID\"}")
    case "without-key":
      return answer(response, status, JSON.stringify({ result }))
    case "too-long":
      return answer(response, 200, JSON.stringify({ result, more: "x".repeat(1_000_000) }))
    case "headers-only":
      return void response.writeHead(200, { "content-length": body.length }).flushHeaders()
    case "cut": {
      const { socket } = response
      // Cut once the beginning is on its way.
      response.writeHead(200, { "content-length": body.length }).write(body.slice(0, 5), () => socket?.destroy())
      return
    }
    case "twice": {
      const { socket } = response
      response.once("finish", () => socket?.write(text(200, "{\"result\":\"declined\",\"key\":\"another\"}")))
      return answer(response, status, body)
    }
    default:
      return answer(response, status, body)
  }
}

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Array<Buffer> = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString("utf8")
}

const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const { headers, method, url = "" } = request
  const body = await bodyOf(request)
  if (url === "/ledger") {
    const ledger: Ledger = { entries: Object.fromEntries(entries), conflicts, requests, deeds, aborted, connections }
    return answer(response, 200, JSON.stringify(ledger))
  }
  if (url === "/script") {
    const { faults, key }: Script = JSON.parse(body)
    scripts.set(key, [...faults])
    return answer(response, faults.every(isFault) ? 200 : 400, "{}")
  }
  requests++
  if (headers.authorization !== `Bearer ${apiKey}`) return answer(response, 401, "{\"error\":\"who are you?\"}")
  const [, charges, inPath, end, ...more] = url.slice("/v1".length).split("/")
  if (!url.startsWith("/v1/charges") || charges !== "charges" || more.length > 0) return answer(response, 404, "{}")
  const fields: PaymentRequest = inPath === undefined ? JSON.parse(body) : { key: decodeURIComponent(inPath) }
  const { key } = fields
  if (decodeURIComponent(String(headers["idempotency-key"])) !== key) conflicts.push(`${key}: another header`)
  response.once("close", () => {
    if (!response.writableFinished) aborted[key] = (aborted[key] ?? 0) + 1
  })
  const deed = method === "GET"
    ? () => lookUp(key)
    : end === "void"
    ? () => makeVoid(key)
    : () => charge(key, body)
  const isCharge = method === "POST" && end === undefined
  return misbehave(faultFor(key, isCharge, fields.payment_token), key, response, deed)
}

remember()
createServer((request, response) => {
  // A client that has gone away is no error of ours.
  handle(request, response).catch((error: unknown) => {
    if (!request.destroyed) process.stderr.write(`${String(error)}\n`)
    response.destroy()
  })
}).on("connection", () => connections++).listen(
  port,
  "127.0.0.1",
  () => process.stdout.write(`listening: PAYMENT_URL=http://127.0.0.1:${port}/v1\n`)
)
