/**
 * The groups of settings that each service reads at its start. `flash-sale doctor` reads the same lists, so that it
 * knows of everything with which a service does not start.
 */
import * as Settings from "./Settings.ts"

const observed = { logs: Settings.LogSettings, tracing: Settings.TracingSettings }
const distributed = { redis: Settings.RedisSettings, kafka: Settings.KafkaSettings }
const door = { access: Settings.AccessSettings, admin: Settings.AdminSettings, tokens: Settings.TokenKeySettings }

/** Of `flash-sale gateway`. */
export const gateway = {
  gateway: Settings.GatewaySettings,
  archive: Settings.ArchiveSettings,
  ...door,
  ...distributed,
  ...observed
}

/** Of `flash-sale processor`. */
export const processor = {
  processor: Settings.ProcessorSettings,
  payments: Settings.PaymentSettings,
  tokens: Settings.TokenKeySettings,
  statuses: Settings.StatusSettings,
  events: Settings.EventSettings,
  ...distributed,
  ...observed
}

/** Of `flash-sale archive`. */
export const archive = {
  monitoring: Settings.ArchiveMonitoringSettings,
  archive: Settings.ArchiveSettings,
  retention: Settings.ArchiveRetention,
  events: Settings.EventSettings,
  kafka: Settings.KafkaSettings,
  ...observed
}

/** Of `flash-sale webhooks`. */
export const webhooks = {
  monitoring: Settings.WebhookMonitoringSettings,
  archive: Settings.ArchiveSettings,
  webhooks: Settings.WebhookSettings,
  events: Settings.EventSettings,
  ...observed
}

/** Of `flash-sale serve`, beside the folder of its file, which its command line may name. */
export const serve = {
  gateway: Settings.ServeGatewaySettings,
  processor: Settings.ServeProcessorSettings,
  payments: Settings.ServePaymentSettings,
  statuses: Settings.StatusSettings,
  events: Settings.ServeEventSettings,
  retention: Settings.ArchiveRetention,
  webhooks: Settings.WebhookSettings,
  ...door,
  ...observed
}
