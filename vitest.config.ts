import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"
import { BaseSequencer, type TestSpecification } from "vitest/node"

// Real Kafka and Redis servers are started once for the whole run; the suites that need them read their ports.
const servers = "./test/servers/globalSetup.ts"

/** Each takes about half a minute or more, and has rarely found anything: `npm run test:full` has them. */
const LONG = [
  "test/browser/ConsoleManyLetters.test.ts",
  "test/browser/Drill.test.ts",
  "test/browser/Outage.test.ts",
  "test/chaos/AlteredLog.test.ts",
  "test/chaos/ArchiveAcceptLog.test.ts",
  "test/chaos/ArchiveEmbedded.test.ts",
  "test/chaos/Checkout.test.ts",
  "test/chaos/ClockSteps.test.ts",
  "test/chaos/Distributed.test.ts",
  "test/chaos/EmbeddedDamage.test.ts",
  "test/chaos/EmbeddedFull.test.ts",
  "test/chaos/Emptied.test.ts",
  "test/chaos/GatewayKill.test.ts",
  "test/chaos/Instances.test.ts",
  "test/chaos/MonthLater.test.ts",
  "test/chaos/PaymentTokens.test.ts",
  "test/chaos/RedisFaults.test.ts",
  "test/chaos/Secured.test.ts",
  "test/chaos/SecuredArchive.test.ts",
  "test/chaos/Sentinel.test.ts",
  "test/chaos/StartingAfresh.test.ts",
  "test/chaos/Stopping.test.ts",
  "test/chaos/ThreeBrokers.test.ts",
  "test/chaos/Trace.test.ts",
  "test/chaos/WebhookProcesses.test.ts",
  "test/chaos/WebhookSchedule.test.ts",
  "test/chaos/WebhookSteps.test.ts",
  "test/chaos/WebhookTrace.test.ts",
  "test/chaos/Webhooks.test.ts",
  "test/chaos/checkout/Clocks.test.ts",
  "test/chaos/checkout/Doors.test.ts",
  "test/chaos/checkout/HotItem.test.ts",
  "test/chaos/checkout/Money.test.ts",
  "test/chaos/checkout/OneFileEnds.test.ts",
  "test/chaos/checkout/Restarts.test.ts",
  "test/chaos/evening/Changes.test.ts",
  "test/chaos/evening/Doors.test.ts",
  "test/chaos/upgrade/Rollback.test.ts",
  "test/chaos/upgrade/RollingUpgrade.test.ts",
  "test/cli/ProcessEnds.test.ts",
  "test/cli/doctor/DoctorDistributed.test.ts",
  "test/cli/engine/RemoteProcesses.test.ts",
  "test/cli/engine/WebhookPending.test.ts",
  "test/cli/recover/RepartitionKilled.test.ts",
  "test/cli/recover/RepartitionLate.test.ts",
  "test/client/scenarios/Installed.test.ts",
  "test/deploy/kubernetes/Together.test.ts",
  "test/deploy/prometheus/alerts.test.ts",
  "test/deploy/redisStart.test.ts",
  "test/deploy/rollout/rollout.test.ts",
  "test/deploy/withoutDocker.test.ts",
  "test/infra/redis/Sentinel.test.ts",
  "test/processor/holds/RefundDay.test.ts",
  "test/webhooks/work/Full.test.ts"
]

/** The longest of the others: they come first, so that none of them is left for one worker at the end. */
const FIRST = [
  "test/chaos/Faults.test.ts",
  "test/deploy/runbook/runbook.test.ts",
  "test/simulation/Simulation.test.ts",
  "test/chaos/Embedded.test.ts"
]

const place = ({ moduleId }: TestSpecification): number => {
  const at = FIRST.findIndex((path) => moduleId.endsWith(path))
  return at === -1 ? FIRST.length : at
}

class LongestFirst extends BaseSequencer {
  override sort(files: Array<TestSpecification>): Promise<Array<TestSpecification>> {
    return Promise.resolve(files.toSorted((one, other) => place(one) - place(other)))
  }
}

const sourceOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  // Its sources: `dist` is there only once it is packed.
  resolve: {
    alias: [
      { find: /^@flash-sale\/client$/, replacement: sourceOf("packages/client/src/main.ts") },
      { find: /^@flash-sale\/client\//, replacement: sourceOf("packages/client/src/") }
    ]
  },
  test: {
    include: ["test/**/*.test.ts"],
    exclude: process.env["FULL"] === "1" ? [] : LONG,
    globalSetup: existsSync(new URL(servers, import.meta.url)) ? [servers] : [],
    testTimeout: 30_000,
    hookTimeout: 120_000,
    // Forks, because node:sqlite and signal handlers belong to a process; two, because the servers run beside them.
    pool: "forks",
    maxWorkers: 2,
    // A worker reads the modules once for all of its files: else that is a third of what most of them cost.
    isolate: false,
    // Gateways that are started as processes say that they are ready at once.
    env: { WARM_UP: "off" },
    sequence: { sequencer: LongestFirst },
    // The tree prints a skipped test with the reason it gave to `ctx.skip(reason)`.
    reporters: ["tree"]
  }
})
