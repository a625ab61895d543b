/**
 * Who may do what, as a table: each endpoint of an API, each kind of caller, both modes of `AUTH`. The test of it asks
 * over HTTP, and `docs/callers.md` is made of it. An endpoint without a row fails that test.
 */
import type { AuthMode } from "@flash-sale/domain/access/MayDo"

/** Kinds of callers, and the header `Authorization` by which they call: those of `TestCallers`. */
export const CALLERS = {
  "nobody": undefined,
  "a key with `orders`": "Bearer shop",
  "a key with `admin`": "Bearer admin",
  "a key without `orders`": "Bearer reader",
  "the buyer": "Bearer buyer alice",
  "another buyer": "Bearer buyer bob",
  "the buyer, for another item": "Bearer buyer alice other",
  "an expired key": "Bearer expired-key",
  "an expired token": "Bearer token expired",
  "a token good for two days": "Bearer token of-two-days",
  "a wrong key or token": "Bearer garbage",
  "another scheme": "Basic c2hvcDpzaG9w"
} as const
export type CallerKind = keyof typeof CALLERS
export const KINDS = Object.keys(CALLERS) as ReadonlyArray<CallerKind>

/** What each is answered: the status, and the code of a refusal. */
export type Answers = Readonly<Record<CallerKind, string>>

export interface Row {
  /** As the API has it: `GET /orders/:request_id`. */
  readonly endpoint: string
  /** What is asked for, in words. */
  readonly asked: string
  readonly answers: Readonly<Record<AuthMode, Answers>>
}

/** The rows of one API. */
export interface Section {
  readonly title: string
  readonly rows: ReadonlyArray<Row>
}

/** The endpoints of an API, in the form of `Row.endpoint`. */
export const endpointsOf = (
  { groups }: {
    readonly groups: Readonly<
      Record<string, {
        readonly endpoints: Readonly<Record<string, { readonly method: string; readonly path: string }>>
      }>
    >
  }
): ReadonlyArray<string> =>
  Object.values(groups).flatMap(({ endpoints }) =>
    Object.values(endpoints).map(({ method, path }) => `${method} ${path}`)
  )

/** The same answer for every caller, as who calls is not asked. */
export const forAll = (answer: string): Row["answers"] => {
  const answers = Object.fromEntries(KINDS.map((kind) => [kind, answer])) as Answers
  return { open: answers, required: answers }
}

/** With `AUTH=required` nobody is answered otherwise than with `AUTH=open`, and all others alike. */
const withoutNobody = (open: Answers): Row["answers"] => ({
  open,
  required: { ...open, nobody: "401 unauthenticated" }
})

const NOT_PROVEN = {
  "a key without `orders`": "403 missing_scope",
  "an expired key": "401 unauthenticated",
  "an expired token": "401 unauthenticated",
  "a token good for two days": "401 token_too_long",
  "a wrong key or token": "401 unauthenticated",
  "another scheme": "401 unauthenticated"
}

const buying = (endpoint: string, asked: string, buyerOfOtherItem: string): Row => ({
  endpoint,
  asked,
  answers: withoutNobody({
    ...NOT_PROVEN,
    "nobody": "202",
    "a key with `orders`": "202",
    "a key with `admin`": "202",
    "the buyer": "202",
    "another buyer": "403 wrong_user",
    "the buyer, for another item": buyerOfOtherItem
  })
})

const reading = (endpoint: string, asked: string, found: string, notTheirs: string): Row => ({
  endpoint,
  asked,
  answers: withoutNobody({
    ...NOT_PROVEN,
    "nobody": found,
    "a key with `orders`": found,
    "a key with `admin`": found,
    "the buyer": found,
    "another buyer": notTheirs,
    "the buyer, for another item": found
  })
})

const UNKNOWN = "404 unknown_order"

/** What is done with an order: `done` where it is found, `notTheirs` where it is another's. */
const acting = (
  endpoint: string,
  asked: string,
  done: string,
  notTheirs: string,
  ofOtherItem: string
): Row => ({
  endpoint,
  asked,
  answers: withoutNobody({
    ...NOT_PROVEN,
    "nobody": done,
    "a key with `orders`": done,
    "a key with `admin`": done,
    "the buyer": done,
    "another buyer": notTheirs,
    "the buyer, for another item": ofOtherItem
  })
})

/** Wants a key, whatever the mode. */
const paying = (asked: string, done: string): Row => {
  const answers: Answers = {
    ...NOT_PROVEN,
    "nobody": "401 unauthenticated",
    "a key with `orders`": done,
    "a key with `admin`": done,
    "the buyer": "403 missing_scope",
    "another buyer": "403 missing_scope",
    "the buyer, for another item": "403 missing_scope"
  }
  return { endpoint: "POST /orders/:request_id/paid", asked, answers: { open: answers, required: answers } }
}

/** Wants a key or a token, whatever the mode. `whole`: what is answered to whoever may. */
const listing = (asked: string, whole: string, byKey: string, ofAnother: string): Row => {
  const answers: Answers = {
    ...NOT_PROVEN,
    "nobody": "401 unauthenticated",
    "a key with `orders`": byKey,
    "a key with `admin`": byKey,
    "the buyer": whole,
    "another buyer": ofAnother,
    "the buyer, for another item": whole
  }
  return { endpoint: "GET /orders", asked, answers: { open: answers, required: answers } }
}
const NO_ARCHIVE = "503 no_archive"

const noOrder = (endpoint: string): Row => ({
  ...buying(endpoint, "a body that is no order", ""),
  answers: withoutNobody({
    ...NOT_PROVEN,
    "nobody": "400 invalid_body",
    "a key with `orders`": "400 invalid_body",
    "a key with `admin`": "400 invalid_body",
    "the buyer": "400 invalid_body",
    "another buyer": "400 invalid_body",
    "the buyer, for another item": "400 invalid_body"
  })
})
const all = (endpoint: string, asked: string, answer = "200"): Row => ({ endpoint, asked, answers: forAll(answer) })

export const PUBLIC_API: Section = {
  title: "The API, at `HTTP_PORT`",
  rows: [
    buying("POST /buy", "an order of the buyer", "403 wrong_item"),
    noOrder("POST /buy"),
    buying("POST /holds", "an order of the buyer", "403 wrong_item"),
    noOrder("POST /holds"),
    acting("POST /orders/:request_id/confirm", "a hold of the buyer", "202", UNKNOWN, "403 wrong_item"),
    acting("POST /orders/:request_id/confirm", "an order that nobody knows", UNKNOWN, UNKNOWN, UNKNOWN),
    paying("a hold of the buyer", "202"),
    paying("an order that nobody knows", UNKNOWN),
    acting("POST /orders/:request_id/cancel", "a hold of the buyer", "202", UNKNOWN, "403 wrong_item"),
    acting("POST /orders/:request_id/cancel", "an order that nobody knows", UNKNOWN, UNKNOWN, UNKNOWN),
    reading("GET /orders/:request_id", "an order of the buyer", "200", UNKNOWN),
    reading("GET /orders/:request_id", "an order that nobody knows", UNKNOWN, UNKNOWN),
    reading("GET /orders/:request_id/events", "an order of the buyer", "200", UNKNOWN),
    reading("GET /orders/:request_id/events", "an order that nobody knows", UNKNOWN, UNKNOWN),
    listing("the caller's own, without an archive", NO_ARCHIVE, "400 validation_failed", NO_ARCHIVE),
    listing("those of the buyer, without an archive", NO_ARCHIVE, NO_ARCHIVE, "403 wrong_user"),
    all("GET /items", "the items"),
    all("GET /items/:item_id", "an item"),
    all("GET /items/:item_id/events", "an item"),
    all("GET /health", "whether orders are taken"),
    all("GET /livez", "whether the process runs"),
    all("GET /readyz", "whether requests may be sent here"),
    all("GET /version", "the release"),
    all("GET /openapi.json", "the description of the API"),
    all("GET /asyncapi.json", "the description of order events"),
    all("GET /metrics", "the metrics, where no `METRICS_TOKEN` is set")
  ]
}

const cell = (answer: string): string => answer.replace(/ (\w+)$/, " `$1`")

const answerOf = ({ answers: { open, required } }: Row, kind: CallerKind): string =>
  open[kind] === required[kind] ? cell(required[kind]) : `${cell(required[kind])}; open: ${cell(open[kind])}`

const tableOf = ({ rows }: Section): ReadonlyArray<string> => [
  `| endpoint | asked for | ${KINDS.join(" | ")} |`,
  `|---|---|${KINDS.map(() => "---|").join("")}`,
  ...rows.map((row) =>
    `| \`${row.endpoint}\` | ${row.asked} | ${KINDS.map((kind) => answerOf(row, kind)).join(" | ")} |`
  )
]

/** `docs/callers.md`. */
export const document = (sections: ReadonlyArray<Section>): string =>
  [
    "# Who may do what at the API",
    "",
    "The port of shops and buyers; the [admin API](admin-api.md), at a port of its own, has the scope of each of its",
    "endpoints.",
    "",
    "Every endpoint, every kind of caller, and what is answered: made by `test/gateway/scenarios/Callers.test.ts`,",
    "which asks each of them over HTTP. `WRITE_DOCS=true npm test -- test/gateway/scenarios/Callers` writes it anew.",
    "What keys and tokens are is in [operations](operations.md#api-keys-and-buyers-tokens), why it is so in [decision",
    "40](decisions/0040-who-is-let-in.md).",
    "",
    "The answers are those of a gateway with `AUTH=required`, and after \"open\" those of one with `AUTH=open` where",
    "they differ. \"The buyer\" is the one whose token, or whose order, it is.",
    ...sections.flatMap((section) => ["", `## ${section.title}`, "", ...tableOf(section)]),
    ""
  ].join("\n")
