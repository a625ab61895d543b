import { existsSync } from "node:fs"
import { defineConfig } from "vitest/config"

// Real Kafka and Redis servers are started once for the whole run; the suites that need them read their ports.
const servers = "./test/servers/globalSetup.ts"

/** Each takes more than half a minute, and has rarely found anything: `npm run test:full` has them. */
const LONG = [
  "test/chaos/EmbeddedDamage.test.ts",
  "test/chaos/RedisFaults.test.ts",
  "test/chaos/Sentinel.test.ts",
  "test/chaos/StartingAfresh.test.ts",
  "test/chaos/ThreeBrokers.test.ts",
  "test/cli/engine/RemoteProcesses.test.ts",
  "test/cli/recover/RepartitionKilled.test.ts",
  "test/cli/recover/RepartitionLate.test.ts",
  "test/deploy/prometheus/alerts.test.ts",
  "test/deploy/withoutDocker.test.ts"
]

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: process.env["FULL"] === "1" ? [] : LONG,
    globalSetup: existsSync(new URL(servers, import.meta.url)) ? [servers] : [],
    testTimeout: 30_000,
    hookTimeout: 120_000,
    // Forks, because node:sqlite and signal handlers belong to a process; two, because the servers run beside them.
    pool: "forks",
    maxWorkers: 2,
    // The tree prints a skipped test with the reason it gave to `ctx.skip(reason)`.
    reporters: ["tree"]
  }
})
