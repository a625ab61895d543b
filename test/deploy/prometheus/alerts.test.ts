/**
 * A real Prometheus that scrapes a gateway and a processor: each alert is brought about as it would be in earnest,
 * fires, and ends when its cause is gone. The long version waits as long as the deployed rules do; the short one runs
 * the same expressions in fast motion.
 */
import { ItemId } from "@flash-sale/domain/records/Ids"
import * as Keys from "@flash-sale/infra/redis/Keys"
import { join } from "node:path"
import { expect, it, onTestFinished } from "vitest"
import { operator } from "../../chaos/Processors.ts"
import * as Services from "../../chaos/Services.ts"
import { KafkaBroker } from "../../servers/KafkaBroker.ts"
import { freePort } from "../../servers/Ports.ts"
import { PrometheusServer } from "../../servers/PrometheusServer.ts"
import { RedisServer } from "../../servers/RedisServer.ts"
import { kafkaLib, needed, prometheusProgram, redisServerProgram } from "../../servers/servers.ts"
import * as Traffic from "../Traffic.ts"
import * as Alerts from "./Alerts.ts"
import * as Checkout from "./Checkout.ts"
import { metricsOf } from "./Expressions.ts"
import * as Letters from "./Letters.ts"
import * as Rules from "./Rules.ts"

const FULL = process.env["FULL"] === "1"
const EVERY_SECONDS = FULL ? 5 : 1
/** Five minutes become six seconds: six scrapes. */
const SPEED = 60
const LEAST_SECONDS = 6
const TIMEOUT = FULL ? 1_500_000 : 120_000
const PER_SECOND = 10
const STOCK = 50_000
/** In the long version all but one of the dead letters come of the simulated payments. */
const LETTERS_PUT = FULL ? 1 : 101
const AGE_SECONDS = 7_200
/** Nobody buys it. */
const DAMAGED = ItemId.make("102")

const lib = needed(kafkaLib())
needed(redisServerProgram())
needed(prometheusProgram())

const SLOW = ["FlashSaleSlowProcessing"]
const DRIFT = ["FlashSaleReconcileDrift"]
const LETTERS = ["FlashSaleDeadLetters", "FlashSaleDeadLettersOld"]
/** Real payments get no answer by the long version only: each takes twenty seconds to be given up. */
const PAYMENTS = FULL ? ["FlashSalePaymentFailures"] : []
/** With Redis away nothing is folded; the short version does not wait until that is an alert as well. */
const STORE = ["FlashSaleRedisDown", ...(FULL ? ["FlashSaleBacklog"] : [])]
const LOG = ["FlashSaleCircuitBreakerOpen", "FlashSaleHighFailureRate", "FlashSaleKafkaDown"]
const CLOCK = ["FlashSaleClockStepped"]
const HOLDS = ["FlashSaleHoldsOverdue", "FlashSaleRefundsWaiting", "FlashSaleRefundsDue"]
const EVERY = [...SLOW, ...DRIFT, ...LETTERS, ...PAYMENTS, ...STORE, ...LOG, ...CLOCK, ...HOLDS]

const start = async () => {
  const redis = await RedisServer.make()
  onTestFinished(() => redis.stop())
  const kafka = await KafkaBroker.make(lib)
  onTestFinished(() => kafka.stop())
  await Promise.all([redis.start(), kafka.start()])
  const env = {
    REDIS_ADDR: redis.address,
    KAFKA_ADDR: kafka.address,
    CIRCUIT_BREAKER_BASE_TIMEOUT: FULL ? "30s" : "1s",
    PAYMENT_FAILURE_RATE: "0",
    API_KEYS_FILE: join(await Services.folder(), "keys.json")
  }
  // Its admin port has metrics of its own.
  const gateway = await Services.service("gateway", { ...env, ADMIN_PORT: String(await freePort()) })
  /** Asking the provider takes longer than the alert allows for a whole order. */
  const losing = FULL ? { PAYMENT_FAILURE_RATE: "0.3" } : {}
  const slow = await Services.service("processor", { ...env, ...losing, PAYMENT_LATENCY: "6s" })
  const quick = await Services.service("processor", { ...env, PAYMENT_LATENCY: "0ms" })
  /** No refund ever gets an answer. */
  const stuck = await Services.service("processor", { ...env, ...Checkout.LATE_CLOCK, PAYMENT_LATENCY: "5m" })
  await Promise.all([gateway.start(), slow.start()])
  await Promise.all([gateway.untilHealth(200), slow.untilHealth(200)])
  const port = await freePort()
  await Services.flashSale(["reconcile", "--every", `${EVERY_SECONDS}s`], { ...env, METRICS_PORT: String(port) })
  const prometheus = await PrometheusServer.start({
    rules: FULL ? Rules.text() : Rules.faster(Rules.text(), SPEED, LEAST_SECONDS),
    jobs: {
      gateway: [new URL(gateway.url).host],
      processor: [slow, quick, stuck].map(({ url }) => new URL(url).host),
      reconcile: [`127.0.0.1:${port}`]
    },
    everySeconds: EVERY_SECONDS
  })
  onTestFinished(() => prometheus.stop())
  return { redis, kafka, env, gateway, slow, quick, stuck, prometheus }
}

it("alerts fire, and end with their cause", { timeout: FULL ? 6_000_000 : 600_000 }, async () => {
  const { env, gateway, kafka, prometheus, quick, redis, slow, stuck } = await start()
  await Services.run(["stock", "set", "101", String(STOCK)], env)
  await Services.run(["stock", "set", DAMAGED, "5"], env)
  const traffic = Traffic.start({ url: gateway.url, itemId: "101", perSecond: PER_SECOND })

  await Letters.put(kafka.address, LETTERS_PUT, AGE_SECONDS)
  // An order that the log knows nothing of.
  await operator(redis).hset(Keys.orders(DAMAGED), "ghost", "sold u-0 2 1 1 - - - -")
  await Alerts.untilFiring(prometheus, [...SLOW, ...DRIFT, ...LETTERS, ...PAYMENTS], TIMEOUT)
  for (const { alert, expr } of Rules.all()) {
    for (const metric of metricsOf(expr)) {
      expect(await prometheus.count(metric), `${metric} of ${alert}`).toBeGreaterThan(0)
    }
  }

  expect(await Services.run(["reconcile", "--item", DAMAGED, "--apply"], env)).toMatchObject({ code: 0 })
  await slow.stop()
  await quick.start()
  await quick.untilHealth(200)
  const old = ["dlq", "discard", ...Letters.ids(LETTERS_PUT), "--why", "put by hand"]
  expect(await Services.run(old, env)).toMatchObject({ code: 0 })
  // What the simulated provider lost is tried again, with one that loses nothing.
  expect(await Services.run(["dlq", "replay", "--all", "--why", "the provider is back"], env)).toMatchObject({
    code: 0
  })

  await redis.kill()
  await Alerts.untilFiring(prometheus, STORE, TIMEOUT)
  await redis.start()

  await kafka.kill()
  await Alerts.untilFiring(prometheus, LOG, TIMEOUT)
  await kafka.start()
  await Alerts.untilResolved(prometheus, [...STORE, ...LOG], TIMEOUT)

  await traffic.stop()
  const checkout = { gateway, env, itemId: "101" }
  await Checkout.buy(checkout, "given-back")
  await Checkout.payTooLate(checkout, "paid-late")
  await quick.stop()
  await stuck.start()
  await stuck.untilHealth(200)
  await Checkout.refund(checkout, "given-back")
  Checkout.setBack(stuck)
  await Alerts.untilFiring(prometheus, CLOCK, TIMEOUT)
  await Checkout.holdTooLong(checkout, "held", Alerts.untilFiring(prometheus, HOLDS, TIMEOUT))
  await Checkout.refund(checkout, "given-back", "--by-hand", "--reference", "wire-7")
  await Checkout.payBack(checkout)
  await stuck.stop()
  await quick.start()
  await Alerts.untilResolved(prometheus, EVERY, TIMEOUT)

  const ran = await Alerts.timeline(prometheus)
  process.stdout.write(`${ran.join("\n")}\n`)
  for (const alert of EVERY) {
    expect(ran.filter((line) => line.endsWith(`${alert} firing`)).length, alert).toBeGreaterThan(0)
  }
  expect(await gateway.stop()).toEqual({ code: 0, signal: null })
  expect(await quick.stop()).toEqual({ code: 0, signal: null })
})
