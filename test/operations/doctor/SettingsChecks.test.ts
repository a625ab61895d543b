/** What settings, ports and limits are worth, and how they are mended. */
import type { Answering } from "@flash-sale/infra/http/EngineLook"
import type { MachineFacts } from "@flash-sale/infra/observability/MachineLook"
import type { CheckId, Finding } from "@flash-sale/operations/doctor/Check"
import * as EngineChecks from "@flash-sale/operations/doctor/EngineChecks"
import * as SettingsChecks from "@flash-sale/operations/doctor/SettingsChecks"
import { expect, it } from "vitest"

const settings: SettingsChecks.SettingsFacts = {
  wrong: [],
  secrets: { found: [{ variable: "REDIS_PASSWORD_FILE", wrong: undefined }] },
  auth: { found: "required" },
  isEmbedded: false,
  isCharging: { found: true },
  hasTokenKeys: { found: true }
}
const machine: MachineFacts = { maxOpenFiles: { found: 65_536 }, isClockKept: { found: true } }
const OWN = "0.2.0"

const all = (
  change: Partial<SettingsChecks.SettingsFacts>,
  limits: Partial<MachineFacts>,
  answering: Answering,
  isRunning = false
): ReadonlyArray<Finding> => [
  ...SettingsChecks.judge({ ...settings, ...change }),
  ...SettingsChecks.judgeMachine({ ...machine, ...limits }),
  ...EngineChecks.judge({
    gateway: { found: { port: 8080, answering } },
    processor: { found: { port: 9090, answering: { _tag: "Nobody" } } },
    isRunning
  }, OWN)
]

const engine: Answering = { _tag: "Engine", version: OWN, isHealthy: true, problems: [] }

it("finds nothing to mend where all is as it should be", () => {
  expect(all({}, {}, engine).filter(({ verdict }) => verdict !== "ok")).toEqual([])
})

it.each<readonly [string, ReadonlyArray<Finding>, CheckId, Finding["verdict"], RegExp, RegExp | undefined]>([
  [
    "a bad value",
    all({ wrong: ["HTTP_PORT: \"x\""] }, {}, engine),
    "settings.variables",
    "wrong",
    /HTTP_PORT/,
    /README/
  ],
  [
    "a secret for all to read",
    all({ secrets: { found: [{ variable: "REDIS_PASSWORD_FILE", wrong: "/p is open to other users" }] } }, {}, engine),
    "settings.secrets",
    "wrong",
    /REDIS_PASSWORD_FILE: \/p is open/,
    /chmod 0640/
  ],
  ["open", all({ auth: { found: "open" } }, {}, engine), "access.mode", "warning", /anybody/, /AUTH=required/],
  [
    "open, on one machine",
    all({ auth: { found: "open" }, isEmbedded: true }, {}, engine),
    "access.mode",
    "ok",
    /open: anybody/,
    undefined
  ],
  [
    "simulated",
    all({ isCharging: { found: false } }, {}, engine),
    "payments.mode",
    "warning",
    /no money/,
    /PAYMENT_URL/
  ],
  [
    "no keys",
    all({ hasTokenKeys: { found: false } }, {}, engine),
    "payments.token_keys",
    "warning",
    /in clear/,
    /_KEY_FILE/
  ],
  [
    "few files",
    all({}, { maxOpenFiles: { found: 1_024 } }, engine),
    "machine.files",
    "warning",
    /1024/,
    /ulimit -n 12000/
  ],
  [
    "no server",
    all({}, { isClockKept: { found: false } }, engine),
    "clock.server",
    "warning",
    /no time/,
    /timedatectl/
  ],
  [
    "nobody says",
    all({}, { isClockKept: { why: "unsaid" } }, engine),
    "clock.server",
    "not_looked_at",
    /unsaid/,
    undefined
  ],
  ["a free port", all({}, {}, { _tag: "Nobody" }), "gateway.port", "ok", /127\.0\.0\.1:8080 \(HTTP_PORT\)/, undefined],
  [
    "an engine at another port",
    all({}, {}, { _tag: "Nobody" }, true),
    "gateway.port",
    "not_looked_at",
    /^an engine runs, and nothing listens at 127\.0\.0\.1:8080: set HTTP_PORT here to the port of the engine$/,
    undefined
  ],
  [
    "metrics at another port",
    all({}, {}, engine, true),
    "processor.port",
    "not_looked_at",
    /127\.0\.0\.1:9090: set METRICS_PORT here/,
    undefined
  ],
  ["another program", all({}, {}, { _tag: "Stranger" }), "gateway.port", "warning", /something else/, /HTTP_PORT/],
  ["a silent one", all({}, {}, { _tag: "Silent", why: "late" }), "gateway.port", "warning", /late/, /HTTP_PORT/],
  [
    "another release",
    all({}, {}, { ...engine, version: "0.1.9" }),
    "gateway.port",
    "warning",
    /0\.1\.9 .* 0\.2\.0/,
    /upgrade/
  ],
  [
    "an unhealthy one",
    all({}, {}, { ...engine, isHealthy: false, problems: ["item a is stopped"] }),
    "gateway.port",
    "wrong",
    /unhealthy: item a is stopped/,
    /health/
  ]
])("%s", (_, findings, id, verdict, detail, mend) => {
  const found = findings.find((one) => one.id === id)!
  expect(found.verdict).toBe(verdict)
  expect(found.detail).toMatch(detail)
  if (mend === undefined) expect(found.mend).toBeUndefined()
  else expect(found.mend).toMatch(mend)
})
