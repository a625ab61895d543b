/** A test waits for a condition, and never for a time: it sleeps only where the time itself is what it is about. */
import { assert, describe, it } from "@effect/vitest"
import { excepting, type Exceptions } from "../../scripts/Exceptions.ts"
import { codeOnly, lineAt, type Source, sources } from "../../scripts/Source.ts"
import { format, type Violation } from "../../scripts/Violation.ts"

/** A sleep, or a timer. `Effect.repeat(Effect.sleep(...), { until })` is how one waits for a condition. */
const SLEEP = /\bsetTimeout\b|\bsetInterval\b|(?<!\bEffect\.repeat\()\bEffect\.(?:sleep|delay)\b|\bAtomics\.wait\b/g

/** Its clock is virtual: it jumps to the next moment when nothing can go on before. */
const SIMULATION = "test/simulation"

/** Files, and a folder, that sleep, and what the time is for. */
const SLEEPING: Exceptions = {
  [SIMULATION]: "virtual time: a sleep is a jump of the clock",
  "test/archive/intake/Pace.test.ts": "how busy a thread is, and how much is done meanwhile",
  "test/infra/archive/FileThread.test.ts": "how long another connection writes, and turns of a timer",
  "test/browser/OverviewProxy.ts": "how often the overview is told anew",
  "test/webhooks/send/HostileAnswers.test.ts": "how slowly the head of an answer comes",
  "test/webhooks/work/Full.test.ts": "how long the bound holds while what is due is tried again",
  "test/chaos/AdminApi.test.ts": "how long after its changes were sent a gateway is killed",
  "test/chaos/EmbeddedDamage.test.ts": "how far the mark beside the file may be behind its log",
  "test/chaos/Fullness.ts": "how long Redis stays full, which is longer than a command may take",
  "test/chaos/checkout/Shop.ts": "the rate of orders, and the pause before a call is sent again",
  "test/chaos/evening/Doors.test.ts": "how often the keys' file is replaced",
  "test/chaos/evening/Installation.ts": "the rate of orders, and the pause before a buyer sends one again",
  "test/chaos/GatewayKill.test.ts": "the pause before a buyer sends an order again",
  "test/chaos/RareFaults.ts": "how long something is frozen or away, and how far into a fold a kill strikes",
  "test/chaos/Store.ts": "the writes of the last second, which Redis may lose, and the lag of a replica",
  "test/chaos/ThreeBrokers.test.ts": "the rate of appends",
  "test/cli/ProcessEnds.test.ts": "the longest that a process may take to end",
  "test/contract/archive/WebhooksContract.ts": "a lease that ends by the database's clock",
  "test/contract/OrderLogContract.ts": "how far a reader gets before it seeks back",
  "test/deploy/Traffic.ts": "the rate of orders",
  "test/deploy/prometheus/Checkout.ts": "the rate of orders",
  "test/deploy/runbook/Situations.ts": "how much later than another a hold is taken",
  "test/deploy/runbook/Terminal.ts": "the longest that a block of commands may take",
  "test/gateway/guards/LogBreaker.test.ts": "a probe that takes its time, by the test's clock",
  "test/gateway/reads/StatusLookups.test.ts": "a store that takes its time, by the test's clock",
  "test/gateway/scenarios/Heartbeat.test.ts": "the longest that a heartbeat may take",
  "test/gateway/scenarios/SlowClients.test.ts": "clients that send slowly, and the rate of orders beside them",
  "test/gateway/scenarios/Sockets.test.ts": "clients that send slowly",
  "test/gateway/scenarios/StreamsInOutages.test.ts": "the reads of a feed's first second are over",
  "test/infra/actor/TimeLimit.test.ts": "an effect that takes its time, by the test's clock",
  "test/infra/kafka/AppendBatch.test.ts": "sends that take their time, by the test's clock",
  "test/infra/kafka/KafkaFaults.test.ts": "the rate of appends",
  "test/infra/kafka/SecuredKafka.test.ts":
    "the rate of appends, and the end of a session, after which it signs in again",
  "test/infra/kafka/client/RequestCoalescer.test.ts": "a request that takes its time, by the test's clock",
  "test/infra/sqlite/database/FileCheck.test.ts": "the pauses between looks at a file in use",
  "test/infra/payment/provider.ts": "a provider that answers late",
  "test/infra/redis/ReadOnly.test.ts": "how long no second line may appear",
  "test/infra/redis/RedisRights.test.ts": "how long no second line may appear",
  "test/infra/redis/Sentinel.test.ts": "how long no second line may appear",
  "test/infra/resilience/CircuitBreaker.test.ts": "a probe that takes its time, by the test's clock",
  "test/processor/holds/Holds.test.ts": "payments that take their time, by the test's clock",
  "test/processor/holds/ManyHolds.test.ts": "payments that take their time, by the test's clock",
  "test/processor/scenarios/DamagedItem.test.ts": "a fold that takes its time, by the test's clock",
  "test/processor/scenarios/HandOver.test.ts": "a fold that takes its time, by the test's clock",
  "test/processor/scenarios/OpenOrders.test.ts": "payments that take their time, by the test's clock",
  "test/processor/scenarios/ProcessorMetrics.test.ts": "payments that take their time, by the test's clock",
  "test/processor/scenarios/Voids.test.ts": "voids that take their time, by the test's clock",
  "test/servers/Processes.ts": "the pause between two checks of a condition",
  "test/webhooks/work/Neighbours.test.ts": "how long nothing may come twice",
  "test/webhooks/work/Receivers.test.ts": "answers that trickle, and how long nothing may come"
}

const sleepsIn = ({ path, text }: Source): ReadonlyArray<Violation> =>
  Array.from(codeOnly(text).matchAll(SLEEP), ({ 0: found, index }) => ({
    path,
    line: lineAt(text, index),
    rule: "sleeps",
    message: `${found}: wait for a condition, or say in the list what the time is for`
  }))

const keyOf = ({ path }: Violation): string => path.startsWith(`${SIMULATION}/`) ? SIMULATION : path

describe("sleeps in tests", () => {
  it("a test sleeps only where the list says what the time is for", () => {
    const found = sources("test/**/*.ts").flatMap(sleepsIn)
    assert.deepStrictEqual(excepting("sleeps", found, SLEEPING, keyOf).map(format), [])
  })

  it("a sleep is found, and a wait for a condition is none", () => {
    const linesOf = (text: string) => sleepsIn({ path: "a.ts", text }).map(({ line }) => line)
    assert.deepStrictEqual(linesOf("f()\nyield* Effect.sleep(5)\nsetTimeout(f, 1)"), [2, 3])
    assert.deepStrictEqual(linesOf("Effect.repeat(Effect.sleep(5), { until })\n// setTimeout\n\"Effect.sleep\""), [])
  })
})
