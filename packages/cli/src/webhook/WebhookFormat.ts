/** Webhooks, their deliveries and replays, as they are printed. Pure. */
import type { DeliveryRow, WebhookDetails, WebhookRow } from "../engine/webhook/WebhookCalls.ts"
import * as Table from "../terminal/Table.ts"

const cell = (value: string | number | undefined): string =>
  value === undefined ? Table.ABSENT : Table.harmless(String(value))

const HEADINGS = [
  "NAME",
  "CONDITION",
  "WAITING",
  "DEAD",
  "BEHIND SINCE",
  "LAST SUCCESS",
  "LAST FAILURE",
  "EVENTS",
  "URL"
]

const cellsOf = (row: WebhookRow): ReadonlyArray<string> => [
  row.name,
  row.condition,
  cell(row.waiting),
  cell(row.dead),
  cell(row.oldest_at),
  cell(row.last_success_at),
  cell(row.last_failure_at),
  row.events.map(cell).join(","),
  cell(row.url)
]

export const table = (rows: ReadonlyArray<WebhookRow>): string => Table.show(HEADINGS, rows.map(cellsOf))

const DELIVERIES = ["SINCE", "STATE", "ATTEMPTS", "NEXT", "STATUS", "EVENT", "TYPE", "ITEM", "ORDER", "WHY"]

/** Lines of deliveries; the headings stand above the first page alone. */
export const deliveries = (rows: ReadonlyArray<DeliveryRow>, isFirst: boolean): string => {
  const table = Table.show(
    DELIVERIES,
    rows.map((row) => [
      row.since,
      row.state,
      cell(row.attempts),
      cell(row.due_at),
      cell(row.status),
      cell(row.event_id),
      cell(row.type),
      cell(row.item_id),
      cell(row.request_id),
      cell(row.error)
    ])
  )
  return isFirst ? table : table.slice(table.indexOf("\n") + 1)
}

type Replay = WebhookDetails["replays"][number]

const whatOf = ({ dead, from, ids, until }: Replay): string =>
  ids !== undefined ? `${ids.length} by id` : dead === true ? "given up" : `${from} to ${until}`

const REPLAYS = ["REPLAY", "ASKED", "DONE", "SENT", "BY", "WHAT", "REASON"]

const replays = (rows: ReadonlyArray<Replay>): string =>
  Table.show(
    REPLAYS,
    rows.map((row) => [
      cell(row.id),
      row.asked_at,
      cell(row.done_at),
      cell(row.sent),
      cell(row.by),
      cell(whatOf(row)),
      cell(row.reason)
    ])
  )

/** One webhook, and its replays below it. */
export const details = (webhook: WebhookDetails): string => {
  const lines = Table.lines([
    ["name", webhook.name],
    ["condition", webhook.condition],
    ["url", cell(webhook.url)],
    ["events", webhook.events.map(cell).join(", ")],
    ["waiting", cell(webhook.waiting)],
    ["dead", cell(webhook.dead)],
    ["behind since", cell(webhook.oldest_at)],
    ["last success", cell(webhook.last_success_at)],
    ["last failure", [cell(webhook.last_failure_at), webhook.last_failure].filter(Boolean).map(cell).join(" ")],
    ["gone since", cell(webhook.gone_at)],
    ["delivered by", cell(webhook.holder)]
  ])
  return webhook.replays.length === 0 ? lines : `${lines}\n\n${replays(webhook.replays)}`
}
