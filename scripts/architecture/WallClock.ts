/**
 * Where the wall clock is read: for what is stamped, or compared with what was stamped. Every other difference is one
 * of `Monotonic`, as the wall clock steps. Why: docs/decisions/0028-monotonic-differences.md.
 */
import type { Banned } from "./Banned.ts"

const READS: Banned = {
  pattern: /\bcurrentTime(?:Millis|Nanos)(?:Unsafe)?\b|\bDateTime\.now\w*/g,
  message:
    "the wall clock steps: a difference is one of Monotonic. List the file in WallClock.ts where a time is stamped",
  except: {
    "packages/admin/src/access/KeyRequests.ts": "shows which keys have expired",
    "packages/admin/src/doctor/DoctorReports.ts": "stamps a report",
    "packages/admin/src/overview/OverviewReads.ts": "stamps when an overview was made",
    "packages/archive/src/intake/ArchiveState.ts": "compares with the times of events",
    "packages/webhooks/src/send/Sender.ts": "stamps deliveries",
    "packages/webhooks/src/work/Asked.ts": "stamps test events and replays",
    "packages/webhooks/src/work/Delivery.ts": "says when a delivery is due again",
    "packages/webhooks/src/work/Holding.ts": "compares with the times of events",
    "packages/webhooks/src/work/LiveEvents.ts": "compares with the times of events",
    "packages/webhooks/src/work/Retries.ts": "says which deliveries are due",
    "packages/archive/src/intake/Retention.ts": "says what is older than it is to be kept, by the times of events",
    "packages/audit/src/Refill.ts": "says since when statuses are kept, by the times of records",
    "packages/cli/src/dlq/ListCommand.ts": "shows how old letters are, by the times that they were given",
    "packages/cli/src/engine/LocalEngine.ts": "stamps when an overview was made",
    "packages/cli/src/key/CreateCommand.ts": "sets when a key expires",
    "packages/cli/src/key/Key.ts": "shows which keys have expired",
    "packages/cli/src/processes/FirstStock.ts": "sets when the sale of the demonstration opens",
    "packages/cli/src/load/LoadRun.ts": "stamps a report",
    "packages/cli/src/recover/MoveLog.ts": "stamps the note that a log was moved",
    "packages/cli/src/reconcile/Watch.ts": "a gauge shows when the last comparison was",
    "packages/cli/src/report/ListFlags.ts": "finds the moment that was so long ago",
    "packages/cli/src/sale/SaleEdit.ts": "shows a sale's hours against the time of day",
    "packages/cli/src/sale/SaleList.ts": "shows sales' hours against the time of day",
    "packages/admin/src/items/SaleRequests.ts": "bounds a sale's hours from now on",
    "packages/cli/src/sale/SaleHours.ts": "sets a sale's hours from now on",
    "packages/gateway/src/buy/AppendStage.ts": "stamps when an order was accepted",
    "packages/gateway/src/buy/PrecheckStage.ts": "a sale's hours are times of day",
    "packages/gateway/src/hot/ItemRoute.ts": "tells browsers the time, for countdowns",
    "packages/gateway/src/reads/Views.ts": "tells browsers the time, for countdowns",
    "packages/gateway/src/checkout/ActionAppend.ts": "stamps when a call was taken",
    "packages/gateway/src/checkout/ActionTelemetry.ts": "stamps log lines",
    "packages/gateway/src/request/BuyTelemetry.ts": "stamps log lines",
    "packages/infra/src/access/AccessCallers.ts": "keys and tokens expire at times of day",
    "packages/infra/src/access/tokens/BuyerTokens.ts": "tokens expire at times of day",
    "packages/infra/src/kafka/append/RecordTime.ts": "stamps records",
    "packages/infra/src/kafka/facts/TopicsLook.ts": "looks for records that are stamped later than now",
    "packages/infra/src/observability/ClockWatch.ts": "watches the wall clock",
    "packages/infra/src/observability/InstanceReports.ts": "stamps when an instance started",
    "packages/infra/src/observability/logs/Logs.ts": "stamps a log line",
    "packages/infra/src/observability/tracing/Tracing.ts": "stamps the beginning of a span",
    "packages/infra/src/payment/ProviderAnswer.ts": "Retry-After may be a date",
    "packages/infra/src/redis/facts/RedisLook.ts": "compares this machine's clock with that of Redis",
    "packages/infra/src/redis/RedisOrderStatuses.ts": "stamps a status",
    "packages/infra/src/sqlite/backup/SqliteBackup.ts": "stamps a backup",
    "packages/infra/src/sqlite/events/SqliteOrderEvents.ts": "stamps an event",
    "packages/infra/src/sqlite/SqliteAtomicAdmission.ts": "stamps a record and a status",
    "packages/infra/src/sqlite/SqliteInstances.ts": "compares with what another process of the machine has stamped",
    "packages/infra/src/sqlite/SqliteOrderLog.ts": "stamps a record",
    "packages/infra/src/sqlite/SqliteOrderStatuses.ts": "stamps a status",
    "packages/infra/src/sqlite/SqliteStoredItems.ts": "stamps what an operator accepts",
    "packages/infra/src/sqlite/statuses/StatusClock.ts":
      "rows outlive the process, so their expiry begins at a time of day",
    "packages/operations/src/doctor/keys/KeysLook.ts":
      "says which api keys have expired, by the times that they were given",
    "packages/operations/src/doctor/holds/HoldsLook.ts": "says how long holds are past the times that they were given",
    "packages/operations/src/doctor/OpenLetters.ts": "says how old dead letters are, by the times that they were given",
    "packages/operations/src/letters/Letters.ts":
      "stamps the note that a letter is handled, and knows how old letters are",
    "packages/operations/src/letters/Replay.ts": "stamps a status",
    "packages/operations/src/webhooks/WebhookReplay.ts": "events are replayed up to now",
    "packages/operations/src/webhooks/WebhookTest.ts": "stamps when a test was asked for",
    "packages/processor/src/recovery/QuietRefold.ts": "stamps statuses, and says which are past their time",
    "packages/processor/src/holds/Expiries.ts": "stamps when holds were said to be over",
    "packages/processor/src/holds/Holds.ts": "learns when holds are over, by the times that they were given",
    "packages/processor/src/item/ItemActor.ts": "stamps statuses and dead letters",
    "packages/processor/src/partition/BacklogReporter.ts": "compares with the time of a record",
    "packages/processor/src/partition/Forwarding.ts": "stamps a dead letter",
    "packages/processor/src/partition/Lag.ts": "compares with the time of a record",
    "packages/processor/src/Processor.ts": "shows how old dead letters are, by the times that they were given",
    "packages/processor/src/publish/EventTeller.ts": "stamps how far everything is told",
    "packages/processor/src/publish/Publisher.ts": "compares with the time of a record, and stamps log lines"
  }
}

/** What of Effect measures by the wall clock. */
const MEASURES: Banned = {
  pattern: /\bcached(?:Invalidate)?WithTTL\b|\bSchedule\.(?:fixed|windowed|during|elapsed)\b|\bupTo\(\{\s*duration\b/g,
  message: "it measures by the wall clock, which steps: Kept keeps an answer, and Monotonic measures",
  except: { "packages/infra/src/time/Kept.ts": "keeps without an end, and measures by itself" }
}

export const WALL_CLOCK: ReadonlyArray<Banned> = [READS, MEASURES]
