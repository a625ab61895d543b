/** Every variable that names a file of secrets is one whose file is looked at. */
import * as SecretFiles from "@flash-sale/infra/settings/SecretFiles"
import { readFileSync } from "node:fs"
import { expect, it } from "vitest"

/** Files that anybody may read, and the keys' file, which has a check of its own. */
const NO_SECRETS = /_TLS_CA_FILE$|_TLS_CERT_FILE$|^API_KEYS_FILE$|^BUYER_TOKEN_JWKS_FILE$/

it("has every file of secrets that the README lists", () => {
  const readme = readFileSync(new URL("../../../README.md", import.meta.url), "utf8")
  const rows = readme.split("\n").filter((line) => line.startsWith("| `"))
  const named = rows.flatMap((row) => row.split("|")[1]?.match(/[A-Z][A-Z0-9_]*_FILE\b/g) ?? [])
  expect(named.length).toBeGreaterThan(5)
  expect([...SecretFiles.VARIABLES].toSorted()).toEqual(named.filter((name) => !NO_SECRETS.test(name)).toSorted())
})
