/**
 * The OpenAPI documents, as the gateway and the admin API serve them, by the rules that Redocly recommends. Warnings
 * count as well.
 */
import { OpenApi } from "effect/http-api"
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { AdminApi } from "../packages/domain/src/api/admin/AdminApi.ts"
import { Api } from "../packages/domain/src/api/Api.ts"
import { root } from "./Source.ts"
import { report, type Violation } from "./Violation.ts"

const REDOCLY = join(root, "node_modules/@redocly/cli/bin/cli.js")
/** It would otherwise say on the network that it runs, and ask whether there is a later one. */
const SILENT = { REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" }

interface Found {
  readonly problems: ReadonlyArray<{
    readonly ruleId: string
    readonly message: string
    readonly location: ReadonlyArray<{ readonly pointer: string }>
  }>
}

/** What Redocly finds in a document, which is called `name` in what is said of it. */
export const lint = (document: object, name = "openapi.json"): ReadonlyArray<Violation> => {
  const folder = mkdtempSync(join(tmpdir(), "openapi-"))
  try {
    const file = join(folder, "openapi.json")
    writeFileSync(file, JSON.stringify(document))
    const { stderr, stdout } = spawnSync(process.execPath, [REDOCLY, "lint", file, "--format=json"], {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, ...SILENT }
    })
    if (!stdout.trimStart().startsWith("{")) throw new Error(`redocly says nothing: ${stderr}`)
    const { problems }: Found = JSON.parse(stdout)
    return problems.map(({ location, message, ruleId }) => ({
      path: `${name}${location[0]?.pointer ?? ""}`,
      line: 1,
      rule: ruleId,
      message
    }))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

if (import.meta.main) {
  report("check-openapi", [
    ...lint(OpenApi.fromApi(Api)),
    ...lint(OpenApi.fromApi(AdminApi), "admin/openapi.json")
  ])
}
