/** Names in log lines: the values of `event`, and the keys of what is known about an order. */

/**
 * The events of log lines: a closed set, documented in docs/operations.md, so that a search by event finds all lines.
 */
export const EVENTS = [
  "auth_open",
  "order_received",
  "order_queued",
  "order_action_queued",
  "order_action_refused",
  "order_rejected",
  "order_failed",
  "order_held",
  "order_confirmed",
  "order_processed",
  "order_refunded",
  "order_moved_to_dlq",
  "request_id_reused",
  "admin_change",
  "payment_given_up",
  "payment_not_voided",
  "payments_held_back",
  "payments_go_on",
  "payments_simulated",
  "stock_adjusted",
  "first_stock_missing",
  "inventory_key_mended",
  "status_key_damaged",
  "claim_left",
  "archive_event_unreadable",
  "archive_events_missing",
  "archive_incomplete",
  "archive_source_replaced",
  "webhooks_file_changed",
  "webhooks_file_unusable",
  "webhook_standing",
  "webhook_held",
  "webhook_forgotten",
  "webhook_gone",
  "webhook_dead",
  "webhook_too_old",
  "webhook_replayed",
  "record_forwarded",
  "partitions_assigned",
  "partitions_revoked",
  "partition_state",
  "recovery_progress",
  "backlog_untold",
  "instance_unreported",
  "item_stopped",
  "circuit_breaker_changed",
  "warm_up_failed",
  "dependency_up",
  "dependency_down",
  "log_policy",
  "log_ready",
  "events_topic",
  "letters_missing",
  "events_waiting",
  "events_told",
  "events_missing",
  "log_unusable",
  "mark_missing",
  "token_keys_missing",
  "kafka_client",
  "redis_policy",
  "store_memory_short",
  "store_memory_enough",
  "redis_rights",
  "redis_unusable",
  "scripts_loaded",
  "descriptors_short",
  "clock_stepped",
  "connections_short",
  "access_keys_changed",
  "access_keys_unusable",
  "first_key",
  "service_started",
  "service_stopping",
  "internal_error",
  "log_lines_dropped",
  "tracing_trouble"
] as const
export type Event = (typeof EVENTS)[number]

/** The keys that a log line may have beside its message. Never a payment token. */
export interface Attributes {
  readonly event: Event
  readonly correlation_id?: string
  readonly request_id?: string
  readonly user_id?: string
  readonly item_id?: string
  readonly partition?: number
  readonly offset?: number
  readonly attempt?: number
  readonly status?: string | number
  readonly reason?: string
  readonly detail?: string
  /** A key in Redis. */
  readonly key?: string
  /** Which connection, of several to the same server. */
  readonly connection?: string
  /** The trace that the order belongs to, 32 hexadecimal digits. */
  readonly trace_id?: string
  readonly processing_time_ms?: number
  readonly seq?: number
  /** A change by an operator: its kind, the name of the operator's key, and the address that it came from. */
  readonly change?: string
  readonly by?: string
  readonly address?: string
  /** An endpoint of webhooks, by its name in the file. */
  readonly endpoint?: string
}
