/** `deploy/kubernetes/secrets.sh` prints what the manifests name, the same password on both sides. */
import { execFileSync, spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"
import * as Manifests from "./Manifests.ts"
import * as Schema from "./Schema.ts"

type Secret = Schema.KubernetesObject & { readonly stringData: Readonly<Record<string, string>> }

const SCRIPT = join(Manifests.folder, "secrets.sh")
const API_KEY = "it's: a #key"
const print = () =>
  execFileSync("sh", [SCRIPT], { env: { ...process.env, PAYMENT_API_KEY: API_KEY }, encoding: "utf8" })
const secretsOf = (printed: string) =>
  Manifests.objectsOf(printed).filter((object): object is Secret => object.kind === "Secret")
const secrets = secretsOf(print())
const of = (service: string) =>
  secrets.find(({ metadata }) => metadata.name === `flash-sale-${service}-secrets`)?.stringData ?? {}

it("prints secrets that are right by their schema, one for each that is named", () => {
  for (const secret of secrets) {
    expect(Schema.check(secret)).toEqual([])
    expect(secret.metadata.namespace).toBe("flash-sale")
  }
  const manifests = Manifests.collect(join(Manifests.folder, "all")).objects
  const named = Array.from(
    JSON.stringify(manifests).matchAll(/"flash-sale-\w+-secrets"/g),
    ([name]) => JSON.parse(name)
  )
  expect(new Set(secrets.map(({ metadata }) => metadata.name))).toEqual(new Set(named))
})

it("has every file that a service reads, and every user of Redis and Kafka", () => {
  for (
    const [file, service] of [["gateway", "gateway"], ["processor", "processor"], ["reconcile", "operator"], [
      "archive",
      "archive"
    ], ["webhooks", "webhooks"]] as const
  ) {
    const text = readFileSync(join(Manifests.folder, `base/${file}.yaml`), "utf8")
    const read = Array.from(text.matchAll(/value: \/secrets\/(\w+)$/gm), ([, name]) => name)
    // That of the provider is named in the ConfigMap which says that there is one.
    const ofProvider = file === "processor" ? ["PAYMENT_API_KEY"] : []
    expect(Object.keys(of(service)).toSorted()).toEqual([...read, ...ofProvider].toSorted())
    // Who fills the archive is no user of Redis: undefined on both sides.
    expect(of("redis")[service]).toBe(of(service)["REDIS_PASSWORD"])
    expect(of("kafka")[service]).toBe(of(service)["KAFKA_PASSWORD"])
  }
  const users = Array.from(
    readFileSync(join(Manifests.root, "deploy/redis/users.acl"), "utf8").matchAll(/^user (\w+) .*>password/gm),
    ([, name]) => name
  )
  expect(Object.keys(of("redis")).toSorted()).toEqual(users.toSorted())
  expect(of("keda")).toEqual({ sasl: "scram_sha512", username: "keda", password: of("kafka")["keda"] })
  const archive = `postgres://archive:${of("postgres")["archive"]}@postgres-service:5432/archive`
  for (const service of ["gateway", "archive", "webhooks", "operator"]) expect(of(service)["ARCHIVE_URL"]).toBe(archive)
  expect(of("webhooks")["WEBHOOKS"]).toBe("[]")
  expect(of("processor")["PAYMENT_API_KEY"]).toBe(API_KEY)
  expect(of("gateway")["PAYMENT_TOKEN_KEY"]).toMatch(/^k1 [0-9a-f]{64}$/)
  expect(of("processor")["PAYMENT_TOKEN_KEY"]).toBe(of("gateway")["PAYMENT_TOKEN_KEY"])
})

it("has another password for each user, and others each time; and asks for the provider's key", () => {
  const passwords = ["redis", "kafka", "postgres"].flatMap((store) => Object.values(of(store)))
  expect(passwords.every((password) => /^[0-9a-f]{48}$/.test(password))).toBe(true)
  expect(new Set(passwords).size).toBe(passwords.length)
  const again = secretsOf(print()).flatMap(({ stringData }) => Object.values(stringData))
  expect(again.filter((value) => passwords.includes(value))).toEqual([])
  const { status, stderr, stdout } = spawnSync("sh", [SCRIPT], {
    env: { PATH: process.env["PATH"] },
    encoding: "utf8"
  })
  expect(status).not.toBe(0)
  expect(stdout).toBe("")
  expect(stderr).toContain("PAYMENT_API_KEY")
})
