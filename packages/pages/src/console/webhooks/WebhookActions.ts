/** What can be done about a webhook: what it will do, and what came of it. */
import { pause } from "../../sale/Timers.ts"
import { type AdminCalls, part } from "../calls/AdminCalls.ts"
import type { WebhookOutcome, WebhookReplayAnswer } from "../calls/WebhookWire.ts"
import { type Change, type Effects, effects, missing, type Values } from "../parts/Change.ts"
import { durationOf, numbered } from "../words/Figures.ts"
import { bothOf, isoOf } from "../words/Moments.ts"

/** How often a test is asked for until its outcome is known, and how long apart, in milliseconds. */
const ASKS = 12
const APART = 1_000

const within = (millis: number | undefined): string =>
  millis === undefined ? "" : ` within ${durationOf(millis / 1_000)}`

const saidOf = (outcome: WebhookOutcome): string => {
  switch (outcome.outcome) {
    case "pending":
      return "test asked for. Nobody has sent it yet: does a process of webhooks run?"
    case "delivered":
      return `test taken, answered with ${outcome.status}${within(outcome.took_ms)}.`
    case "failed":
      return outcome.status === undefined
        ? `test not taken: ${outcome.error}.`
        : `test not taken, answered with ${outcome.status}.`
  }
}

export const test = (calls: AdminCalls, name: string, after: () => void): Change => ({
  title: `Send a test event to ${name}`,
  action: "Send",
  again: "Sending it again sends another test event.",
  effects: () =>
    effects(`Sends one event webhook.test to ${name}, once.`, "It is not tried again, and changes nothing."),
  send: async ({ reason, signal }) => {
    const path = `/webhooks/${part(name)}`
    let outcome = await calls.change<WebhookOutcome>("POST", `${path}/test`, { body: { reason } }, signal)
    for (let asked = 0; outcome.outcome === "pending" && asked < ASKS; asked++) {
      await pause(APART, signal)
      outcome = await calls.get<WebhookOutcome>(`${path}/tests/${part(outcome.id)}`, signal)
    }
    return `${name}: ${saidOf(outcome)}`
  },
  after
})

export const enable = (calls: AdminCalls, name: string, after: () => void): Change => ({
  title: `Deliver to ${name} again`,
  action: "Deliver again",
  effects: () => effects(`${name} has answered 410. It is told again what happened since, and what happens.`),
  send: async ({ reason, signal }) => {
    await calls.change("POST", `/webhooks/${part(name)}/enable`, { body: { reason } }, signal)
    return `${name}: told again.`
  },
  after
})

const replay = (
  calls: AdminCalls,
  name: string,
  body: object,
  idempotencyKey: string | undefined,
  signal: AbortSignal
) =>
  calls.change<WebhookReplayAnswer>("POST", `/webhooks/${part(name)}/replay`, {
    body,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey })
  }, signal)

const queued = (name: string, answer: WebhookReplayAnswer): string =>
  "status" in answer
    ? `${name}: replay ${answer.id} has begun. It goes on in the background, and is shown on the webhook's page.`
    : `${name}: nothing was sent.`

const ofCount = (name: string, found: WebhookReplayAnswer | undefined): Effects => {
  if (found === undefined || !("events" in found)) return missing("Nobody knows how many events that is.")
  if (found.events === 0) return missing("Nothing was given up.")
  const count = numbered(found.events, "event")
  return effects(
    `Sends ${found.more ? `more than ${count}` : count} to ${name} again, each under its own id.`,
    "A receiver that had one already knows it by that id."
  )
}

export const replayDead = (calls: AdminCalls, name: string, after: () => void): Change => {
  let found: WebhookReplayAnswer | undefined
  return {
    title: `Send ${name} again what was given up`,
    action: "Send again",
    preview: async (signal) => {
      found = await replay(calls, name, { dead: true, dry_run: true, reason: "a look" }, undefined, signal)
    },
    effects: () => ofCount(name, found),
    send: async ({ idempotencyKey, reason, signal }) =>
      queued(name, await replay(calls, name, { dead: true, reason }, idempotencyKey, signal)),
    after
  }
}

const timesOf = ({ from = "", until = "" }: Values) => ({ from: isoOf(from), until: isoOf(until) })

const ofTimes = (name: string, values: Values): Effects => {
  const { from, until } = timesOf(values)
  if (from === undefined) return missing("From when on?")
  if (until !== undefined && until <= from) return missing("Until is before from.")
  const end = until === undefined ? "now" : bothOf(Date.parse(until))
  return effects(
    `Sends ${name} again every event of its types that was told from ${bothOf(Date.parse(from))} until ${end}.`,
    "Also those that it took: each under its own id, by which a receiver knows it."
  )
}

export const replayTimes = (calls: AdminCalls, name: string, after: () => void): Change => ({
  title: `Send events to ${name} again`,
  action: "Send again",
  fields: [
    { name: "from", label: "Told from", kind: "moment" },
    { name: "until", label: "Until (now, where it is empty)", kind: "moment" }
  ],
  effects: (values) => ofTimes(name, values),
  send: async ({ idempotencyKey, reason, signal, values }) =>
    queued(name, await replay(calls, name, { ...timesOf(values), reason }, idempotencyKey, signal)),
  after
})
