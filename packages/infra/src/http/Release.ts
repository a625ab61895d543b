/** The release that runs, as `/version` and `flash-sale --version` show it. */
import type { Version } from "@flash-sale/domain/api/SystemApi"
import { RULES_VERSION } from "@flash-sale/domain/records/Command"
import manifest from "../../package.json" with { type: "json" }

export const release: typeof Version.Type = {
  name: "flash-sale-engine",
  version: manifest.version,
  rules_version: RULES_VERSION,
  node: process.versions.node
}
