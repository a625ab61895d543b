/** Services with the environment of their manifests, on the stores of the manifests, by the secrets of the script. */
import { execFileSync } from "node:child_process"
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, it, onTestFinished } from "vitest"
import * as Services from "../../chaos/Services.ts"
import { KafkaBroker } from "../../servers/KafkaBroker.ts"
import { freePort } from "../../servers/Ports.ts"
import { until } from "../../servers/Processes.ts"
import { RedisServer } from "../../servers/RedisServer.ts"
import { kafkaLib, needed, redisServerProgram } from "../../servers/servers.ts"
import * as DeployedKafka from "../DeployedKafka.ts"
import * as Manifests from "./Manifests.ts"
import type * as Schema from "./Schema.ts"

const TIMEOUT = 180_000
const lib = needed(kafkaLib())
needed(redisServerProgram())

type Strings = Readonly<Record<string, string>>
type Secret = Schema.KubernetesObject & { readonly stringData: Strings }
interface Deployment extends Schema.KubernetesObject {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly containers: ReadonlyArray<{ readonly env?: ReadonlyArray<{ name: string; value: string }> }>
      }
    }
  }
}

const everything = Manifests.collect(join(Manifests.folder, "all"))
const settings = Object.fromEntries(
  everything.generators.flatMap(({ literals }) => literals.map((literal) => literal.split(/=(.*)/s, 2)))
)

const printed = execFileSync("sh", [join(Manifests.folder, "secrets.sh")], {
  env: { ...process.env, PAYMENT_API_KEY: "any" },
  encoding: "utf8"
})
const secretOf = (service: string): Strings =>
  Manifests.objectsOf(printed).filter((object): object is Secret => object.kind === "Secret")
    .find(({ metadata }) => metadata.name === `flash-sale-${service}-secrets`)!.stringData

/** As it is mounted: a file for each name, which a group may read. */
const mounted = async (service: string): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "flash-sale-secrets-"))
  onTestFinished(() => rm(folder, { recursive: true }))
  for (const [name, value] of Object.entries(secretOf(service))) {
    await writeFile(join(folder, name), value)
    await chmod(join(folder, name), 0o440)
  }
  return folder
}

const environmentOf = async (deployment: string, service: string, addresses: Strings): Promise<Strings> => {
  const { object } = everything.objects.find(({ object: { kind, metadata } }) =>
    kind === "Deployment" && metadata.name === deployment
  )!
  const folder = await mounted(service)
  const own = (object as Deployment).spec.template.spec.containers.flatMap(({ env = [] }) => env)
  const env = own.map(({ name, value }) => [name, value.replace("/secrets", folder)])
  // As one tries it: the ConfigMap of payments says that they are simulated, and nothing else.
  const { PAYMENT_API_KEY_FILE: _, ...shared } = settings
  return { ...shared, ...Object.fromEntries(env), ...addresses, PAYMENTS: "simulated", PAYMENT_FAILURE_RATE: "0" }
}

it("sells: each service gets in by its own secret", { timeout: TIMEOUT }, async () => {
  const users = await mounted("redis")
  const script = join(Manifests.root, "deploy/redis/with-users.sh")
  const program = ["env", `SECRETS=${users}`, `ACL_FILE=${users}/users.acl`, "sh", script]
  const redis = await RedisServer.make({ "maxmemory-policy": "noeviction" }, program, {})
  onTestFinished(() => redis.stop())
  await redis.start()
  const { said } = await DeployedKafka.formatting(secretOf("kafka"))
  const port = await freePort()
  const kafka = await KafkaBroker.make(lib, {
    settings: DeployedKafka.settingsAt(await readFile(join(DeployedKafka.FOLDER, "server.properties"), "utf8"), port),
    formatting: said.slice(said.indexOf("--add-scram")).split(" ")
  })
  onTestFinished(() => kafka.stop())
  await kafka.start()
  const addresses = { REDIS_ADDR: redis.address, KAFKA_ADDR: `127.0.0.1:${port}` }
  const gateway = await Services.service("gateway", await environmentOf("gateway", "gateway", addresses))
  const processor = await Services.service("processor", await environmentOf("processor", "processor", addresses))
  const operator = await environmentOf("reconcile", "operator", addresses)
  await Promise.all([gateway.start(), processor.start()])
  await Promise.all([gateway.untilHealth(200), processor.untilHealth(200)])
  expect(await Services.run(["stock", "set", "101", "5"], operator)).toMatchObject({ code: 0 })
  const read = async (path: string) => (await fetch(`${gateway.url}${path}`)).text()
  await until("it is on sale", async () => (await read("/items/101")).includes("\"available\":5"))
  const answer = await fetch(`${gateway.url}/buy`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ request_id: "r-1", user_id: "u-1", item_id: "101", amount: 1, payment_token: "tok_1" })
  })
  expect([answer.status, await answer.text()]).toMatchObject([202, expect.anything()])
  await until("it is sold", async () => (await read("/orders/r-1")).includes("COMPLETED"))
  expect(await Services.run(["reconcile"], operator)).toMatchObject({ code: 0 })
  for (const service of [gateway, processor]) {
    expect(service.output()).not.toContain("redis_rights")
    expect(await service.stop()).toEqual({ code: 0, signal: null })
  }
})
