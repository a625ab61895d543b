/** What became of a test event, and what to look at where it was not taken. Pure. */
import type { Outcome, WebhookRow } from "../engine/webhook/WebhookCalls.ts"
import * as Table from "../terminal/Table.ts"

/** What to look at, by the status of the answer: the first that matches. */
const BY_STATUS: ReadonlyArray<readonly [status: RegExp, look: string]> = [
  [/^3/, "redirects are not followed: name the address where they end in the webhook's url"],
  [/^(?:400|401|403|422)$/, "does the receiver have this webhook's secret, verify the raw body, and know the time?"],
  [/^(?:404|405)$/, "is the path of the url right, and does the receiver take POST there?"],
  [/^410$/, "the receiver wants no more: flash-sale webhook enable delivers to it again"],
  [/^413$/, "the receiver takes no body of this size: an event is a few kilobytes at most"],
  [/^(?:408|429)$/, "the receiver, or a proxy before it, limits how much it takes"],
  [/^(?:502|503|504)$/, "is the receiver running behind its proxy?"],
  [/^5/, "the receiver's own log says what it failed at: webhook-id is the id of the test"]
]

/** The same by the words of a failure without an answer. */
const BY_ERROR: ReadonlyArray<readonly [error: RegExp, look: string]> = [
  [/no address of the internet/, "is its name another one, seen from here? Else WEBHOOKS_ALLOW_PRIVATE=true allows it"],
  [/no answer within/, "let the receiver answer 2xx at once, and work afterwards"],
  [
    /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_/,
    "the receiver's certificate is none that this machine trusts, or not its name's"
  ],
  [/its name/, "does the host of the url have an address, seen from here?"],
  [/refused|reached|in time/, "does the receiver listen there, and does a firewall let this in?"]
]

const ANY = "is the receiver running, and can the process of webhooks reach it?"

/** What to look at where a test failed. */
export const lookAt = (status: number | undefined, error: string | undefined): string => {
  const [, look = ANY] = status === undefined
    ? BY_ERROR.find(([pattern]) => pattern.test(error ?? "")) ?? []
    : BY_STATUS.find(([pattern]) => pattern.test(String(status))) ?? []
  return look
}

/** Why nobody has sent it, by how the webhook is. */
const WHY: Readonly<Record<WebhookRow["condition"], string>> = {
  unlisted: "it is not in WEBHOOKS_FILE any more",
  disabled: "it is disabled in WEBHOOKS_FILE",
  gone: "it has answered 410: flash-sale webhook enable delivers to it again",
  full: "nothing new is sent to it, as too many deliveries wait",
  unheld: "no process delivers to it: does flash-sale webhooks, or serve, run, and does it reach the archive?",
  delivering: "the process that delivers to it has not said what became of it: is it up?"
}

const milliseconds = (test: Outcome): string =>
  test.outcome === "pending" || test.took_ms === undefined ? "" : `after ${test.took_ms} ms`

const answerOf = (test: Outcome): string => {
  if (test.outcome === "pending") return ""
  return test.status === undefined ? Table.harmless(test.error ?? "no answer came") : `status ${test.status}`
}

/** The line about a test event that was taken. */
export const delivered = (test: Outcome): string =>
  `webhook ${test.webhook}: the test event was taken: ${answerOf(test)} ${milliseconds(test)} (webhook-id ${test.id})`

/** The lines about one that was not. */
export const failed = (test: Outcome): ReadonlyArray<string> => {
  const status = test.outcome === "pending" ? undefined : test.status
  const error = test.outcome === "pending" ? undefined : test.error
  return [
    `webhook ${test.webhook}: the test event was not taken: ${answerOf(test)} ` +
    `(${[milliseconds(test), `webhook-id ${test.id}`].filter((part) => part !== "").join(", ")})`,
    lookAt(status, error)
  ]
}

/** The lines about one whose outcome is not known in time. */
export const pending = (test: Outcome, condition: WebhookRow["condition"]): ReadonlyArray<string> => [
  `webhook ${test.webhook}: nobody knows yet what became of the test event (webhook-id ${test.id})`,
  WHY[condition]
]
