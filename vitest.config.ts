import { existsSync } from "node:fs"
import { defineConfig } from "vitest/config"

// Real Kafka and Redis servers are started once for the whole run; the suites that need them read their ports.
const servers = "./test/servers/globalSetup.ts"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
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
