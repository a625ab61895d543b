/** The manifests: right by Kubernetes' own schema, safe, and the names and bounds that the engine relies on. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { variablesRead } from "../../../scripts/check-docs.ts"
import { withRules } from "../../../scripts/prometheus-rule.ts"
import { sources } from "../../../scripts/Source.ts"
import { KAFKA_VERSION } from "../../servers/KafkaJars.ts"
import { execute } from "../../servers/Programs.ts"
import * as Rules from "../prometheus/Rules.ts"
import * as Manifests from "./Manifests.ts"
import * as Schema from "./Schema.ts"

const FULL = process.env["FULL"] === "1"
const BUILD_MILLIS = 400_000
/** How long the engine takes to end at the most, and how long a pod goes on taking before. */
const ENGINE_SECONDS = 30
const PRE_STOP_SECONDS = 5

interface Container {
  readonly name: string
  readonly image: string
  readonly args?: ReadonlyArray<string>
  readonly command?: ReadonlyArray<string>
  readonly ports?: ReadonlyArray<{ readonly name: string; readonly containerPort: number }>
  readonly startupProbe?: { readonly httpGet?: { readonly path: string } }
  readonly livenessProbe?: { readonly httpGet?: { readonly path: string } }
  readonly readinessProbe?: { readonly httpGet?: { readonly path: string } }
  readonly lifecycle?: { readonly preStop: { readonly exec: { readonly command: ReadonlyArray<string> } } }
  readonly env?: ReadonlyArray<{ readonly name: string; readonly value?: string }>
  readonly envFrom?: ReadonlyArray<Readonly<Record<string, unknown>>>
  readonly resources: { readonly requests: unknown; readonly limits: { readonly memory: string } }
  readonly securityContext: unknown
}
interface Workload extends Schema.KubernetesObject {
  readonly spec: {
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> }
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> }
      readonly spec: {
        readonly terminationGracePeriodSeconds: number
        readonly securityContext: unknown
        readonly containers: ReadonlyArray<Container>
        readonly initContainers?: ReadonlyArray<Container>
        readonly volumes?: ReadonlyArray<{ readonly name: string; readonly secret?: unknown }>
      }
    }
  }
}
interface Service extends Schema.KubernetesObject {
  readonly spec: {
    readonly selector: Readonly<Record<string, string>>
    readonly ports: ReadonlyArray<{ readonly port: number; readonly targetPort: string }>
  }
}

const ENGINE = ["gateway", "processor", "archive", "webhooks", "reconcile"]
const EXAMPLES = Manifests.inFolder(join(Manifests.folder, "examples"))

const everything = Manifests.collect(join(Manifests.folder, "all"))
const objects = everything.objects.map(({ object }) => object)
const ofKind = <A extends Schema.KubernetesObject>(...kinds: ReadonlyArray<string>): ReadonlyArray<A> =>
  objects.filter((object): object is A => kinds.includes(object.kind))
const workloads = ofKind<Workload>("Deployment", "StatefulSet")
const services = ofKind<Service>("Service")
const workload = (name: string) => workloads.find(({ metadata }) => metadata.name === name)!
const podOf = (name: string) => workload(name).spec.template.spec
const one = <A extends Schema.KubernetesObject & { readonly spec: unknown }>(kind: string, name: string) =>
  ofKind<A>(kind).find(({ metadata }) => metadata.name === name)!.spec

const selects = (selector: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>): boolean =>
  Object.entries(selector).every(([key, value]) => labels[key] === value)

it.each(everything.objects)("$object.kind $object.metadata.name is right by its schema", ({ object }) => {
  expect(Schema.check(object)).toEqual([])
})

describe("The check by schema", () => {
  const deployment = (change: (text: string) => string): Schema.KubernetesObject =>
    Manifests.objectsOf(change(readFileSync(join(Manifests.folder, "base/gateway.yaml"), "utf8")))[0]!
  // dprint-ignore
  it.each<readonly [string, (text: string) => string, string]>([
    ["an unknown field", (text) => text.replace("periodSeconds", "periodSecond"), "has no field periodSecond"],
    ["a wrong type", (text) => text.replace("containerPort: 8080", "containerPort: eight"), "is string, not integer"],
    ["a lacking field",
      (text) => text.replace(/^ {12}- name: http\n {14}containerPort: 8080/m, "            - name: http"),
      "lacks containerPort"],
    ["no quantity", (text) => text.replace("memory: 256Mi", "memory: plenty"), "plenty is no quantity"],
    ["an unknown kind", (text) => text.replace("kind: Deployment", "kind: Deployments"),
      "no schema of apps/v1 Deployments"]
  ])("finds %s", (_, change, problem) => {
    expect(Schema.check(deployment((text) => text))).toEqual([])
    expect(Schema.check(deployment(change)).join()).toContain(problem)
  })
  it("finds what a custom resource does not know", () => {
    const [scaling] = Manifests.objectsOf(
      readFileSync(join(Manifests.folder, "keda/processor-scaling.yaml"), "utf8").replace(
        "maxReplicaCount",
        "maxReplicas"
      )
    )
    expect(Schema.check(scaling!)).toEqual(["ScaledObject.spec: has no field maxReplicas"])
  })
})

it("has the services that the engine looks for, each in front of something", () => {
  expect(services.map(({ metadata, spec }) => [metadata.name, spec.ports.map(({ port }) => port)])).toEqual([
    ["gateway", [8080]],
    ["processor", [9090]],
    ["archive", [9091]],
    ["webhooks", [9092]],
    ["reconcile", [9090]],
    ["redis-service", [6379]],
    ["kafka-service", [9092]],
    ["postgres-service", [5432]]
  ])
  for (const { metadata, spec } of services) {
    const behind = workloads.filter(({ spec: { template } }) => selects(spec.selector, template.metadata.labels))
    expect(behind.length, metadata.name).toBe(1)
    const [{ containers: [container] }] = [behind[0]!.spec.template.spec]
    expect(container?.ports).toEqual([{ name: spec.ports[0]?.targetPort, containerPort: spec.ports[0]?.port }])
  }
})

it.each(workloads)("$metadata.name runs without rights, on a file system that it cannot write", ({ spec }) => {
  const { containers, initContainers = [], securityContext } = spec.template.spec
  expect(securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } })
  for (const container of [...containers, ...initContainers]) {
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] }
    })
    expect(container.resources.limits.memory).toBeTruthy()
    expect(container.resources.requests).toMatchObject({ cpu: expect.any(String), memory: expect.any(String) })
  }
  expect(selects(spec.selector.matchLabels, spec.template.metadata.labels)).toBe(true)
})

it.each(["gateway", "processor", "archive", "webhooks"])(
  "%s is asked at /livez and /readyz, and given its time to end",
  (name) => {
    const { containers: [container], terminationGracePeriodSeconds } = podOf(name)
    expect(container?.args).toEqual(["flash-sale", name])
    expect(container?.startupProbe?.httpGet?.path).toBe("/livez")
    expect(container?.livenessProbe?.httpGet?.path).toBe("/livez")
    expect(container?.readinessProbe?.httpGet?.path).toBe("/readyz")
    expect(terminationGracePeriodSeconds).toBeGreaterThan(ENGINE_SECONDS + PRE_STOP_SECONDS)
  }
)

it("goes on taking orders until everybody has heard that a gateway ends", () => {
  const [container] = podOf("gateway").containers
  expect(container?.lifecycle?.preStop.exec.command).toEqual(["sleep", String(PRE_STOP_SECONDS)])
})

it("sets only variables that the engine reads", () => {
  const known = sources("packages/infra/src/**/*.ts").flatMap(variablesRead).map(({ name }) => name)
  const settings = everything.generators.filter(({ name }) => name.startsWith("flash-sale-"))
  const names = settings.flatMap(({ literals }) => literals.map((literal) => literal.split("=")[0]!))
  expect(names).toContain("REDIS_ADDR")
  expect(names.filter((name) => !known.includes(name))).toEqual([])
  const ofPods = ENGINE.flatMap((name) => podOf(name).containers.flatMap(({ env = [] }) => env))
  const unknown = ofPods.filter(({ name }) => !known.includes(name))
  expect([ofPods.length > 0, unknown]).toEqual([true, []])
  // A password has no business in a manifest, nor in the environment of a process.
  expect(ofPods.filter(({ name, value }) => /_(?:PASSWORD|KEY)$/.test(name) || value === undefined)).toEqual([])
})

it("gives each service its own secret, as files that it alone reads, and no other", () => {
  const secretsOf = (name: string) =>
    (podOf(name).volumes ?? []).flatMap(({ secret }) => secret === undefined ? [] : [secret])
  const filesOf = (name: string) =>
    podOf(name).containers.flatMap(({ env = [] }) => env.filter((each) => each.name.endsWith("_FILE")))
      .map(({ name: variable }) => variable.replace(/_FILE$/, ""))
  for (const { metadata } of workloads) {
    const service = metadata.name === "reconcile" ? "operator" : metadata.name
    expect(secretsOf(metadata.name)).toEqual([{ secretName: `flash-sale-${service}-secrets`, defaultMode: 0o440 }])
    expect(podOf(metadata.name).securityContext).toHaveProperty("fsGroup")
    for (const { envFrom = [] } of podOf(metadata.name).containers) {
      expect(envFrom.filter((source) => "secretRef" in source)).toEqual([])
    }
  }
  const stores = ["REDIS_PASSWORD", "KAFKA_PASSWORD"]
  expect(filesOf("gateway")).toEqual([...stores, "ARCHIVE_URL", "PAYMENT_TOKEN_KEY"])
  expect(filesOf("processor")).toEqual([...stores, "PAYMENT_TOKEN_KEY"])
  // The provider's key is named where it is said that there is one: who simulates payments is to have none.
  const payments = everything.generators.find(({ name }) => name === "flash-sale-payments")
  expect(payments?.literals).toEqual(["PAYMENTS=provider", "PAYMENT_API_KEY_FILE=/secrets/PAYMENT_API_KEY"])
  const readers = ENGINE.filter((name) => JSON.stringify(podOf(name)).includes("flash-sale-payments"))
  expect(readers).toEqual(["processor"])
  expect(filesOf("archive")).toEqual(["KAFKA_PASSWORD", "ARCHIVE_URL"])
  expect(filesOf("webhooks")).toEqual(["ARCHIVE_URL", "WEBHOOKS"])
  expect(filesOf("reconcile")).toEqual([...stores, "ARCHIVE_URL"])
})

it("connects to names, stores and a collector, processors to the provider, webhooks to the shop, else nowhere", () => {
  interface Policy {
    readonly egress?: ReadonlyArray<{
      readonly to?: ReadonlyArray<{
        readonly podSelector?: { readonly matchLabels: Readonly<Record<string, string>> }
        readonly ipBlock?: { readonly cidr: string; readonly except?: ReadonlyArray<string> }
      }>
      readonly ports: ReadonlyArray<{ readonly port: number }>
    }>
  }
  const policies = ofKind<Schema.KubernetesObject & { readonly spec: Policy }>("NetworkPolicy")
  const allowed = policies.flatMap(({ metadata, spec: { egress = [] } }) =>
    egress.flatMap(({ ports, to = [{}] }) =>
      to.map(({ ipBlock, podSelector }) => [
        metadata.name,
        Object.values(podSelector?.matchLabels ?? {}).join() || ipBlock?.cidr,
        [...new Set(ports.map(({ port }) => port))]
      ])
    )
  )
  expect(allowed).toEqual([
    ["webhooks", "0.0.0.0/0", [443]],
    ["processor", "0.0.0.0/0", [443]],
    ["engine", "kube-dns", [53]],
    ["engine", "redis", [6379, 26379]],
    ["engine", "kafka", [9092]],
    ["engine", "postgres", [5432]],
    ["engine", "opentelemetry-collector", [4317, 4318]]
  ])
  // Nor to what only a machine of this network should ask, such as the cloud's own address for credentials.
  const inside = policies.flatMap(({ spec: { egress = [] } }) => egress.flatMap(({ to = [] }) => to))
    .flatMap(({ ipBlock }) => ipBlock === undefined ? [] : [ipBlock.except ?? []])
  for (const except of inside) {
    expect(except).toEqual(expect.arrayContaining(["10.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"]))
  }
})

it.each(EXAMPLES)("$object.kind $object.metadata.name of the examples is right by its schema", ({ object }) => {
  expect(Schema.check(object)).toEqual([])
  expect(object.metadata.namespace).toBe("flash-sale")
})

it("the example of an ingress leads to the gateway, and to nothing of it that is for the operator", () => {
  const text = readFileSync(join(Manifests.folder, "examples/ingress.yaml"), "utf8")
  const paths = Array.from(text.matchAll(/- path: (\S+)/g), ([, path]) => path)
  expect(paths).toEqual(["/buy", "/holds", "/orders/", "/items/"])
  expect(text).toContain("name: gateway\n                port:\n                  name: http\n")
  expect(text).toContain("auth-tls-verify-client: \"on\"")
})

it("disturbs and scales what is there, with one processor for each partition at the most", () => {
  for (const name of ["gateway", "processor"]) {
    expect(one("PodDisruptionBudget", name)).toMatchObject({
      maxUnavailable: 1,
      selector: { matchLabels: workload(name).spec.selector.matchLabels }
    })
  }
  expect(one("HorizontalPodAutoscaler", "gateway")).toMatchObject({
    scaleTargetRef: { kind: "Deployment", name: "gateway" }
  })
  expect(one("ScaledObject", "processor")).toMatchObject({
    scaleTargetRef: { name: "processor" },
    maxReplicaCount: 12,
    triggers: [{ type: "kafka", metadata: { consumerGroup: "order-processor", topic: "orders" } }]
  })
})

it("lets each talk to what it needs: every policy names pods and ports that there are", () => {
  interface Policy extends Schema.KubernetesObject {
    readonly spec: { readonly podSelector: { readonly matchLabels?: Readonly<Record<string, string>> } }
  }
  const policies = ofKind<Policy>("NetworkPolicy")
  for (const { metadata, spec } of policies) {
    const selected = workloads.filter(({ spec: { template } }) =>
      selects(spec.podSelector.matchLabels ?? {}, template.metadata.labels)
    ).map((found) => found.metadata.name)
    const expected: Readonly<Record<string, ReadonlyArray<string>>> = {
      "nobody-else": ["gateway", "processor", "archive", "webhooks", "reconcile", "redis", "kafka", "postgres"],
      engine: ["gateway", "processor", "archive", "webhooks", "reconcile"]
    }
    expect(selected, metadata.name).toEqual(expected[metadata.name] ?? [metadata.name])
  }
})

it("keeps on disk what Redis and Kafka acknowledge, and lets Redis forget nothing", () => {
  const [redis] = podOf("redis").containers
  const [shell, script, ...options] = redis?.command ?? []
  expect([shell, script]).toEqual(["sh", "/start/with-users.sh"])
  expect(options).toEqual(["--maxmemory", expect.stringMatching(/^\d+mb$/), "--maxmemory-policy", "noeviction"])
  // It refuses to write before the machine ends it, with room for what it needs beside its data.
  expect(redis?.resources.limits.memory).toBe("2Gi")
  expect(Number.parseInt(options[1] ?? "", 10)).toBeLessThanOrEqual(2048 * 0.7)
  const start = everything.generators.find(({ name }) => name === "redis-start")
  expect(start?.folder).toBe(join(Manifests.root, "deploy/redis"))
  expect(start?.files).toEqual(["start.sh", "with-users.sh", "users.acl"])
  const settings = everything.generators.find(({ name }) => name === "kafka-settings")
  expect(settings?.files).toEqual(["format.sh", "server.properties"])
  const kafka = readFileSync(join(settings?.folder ?? "", "server.properties"), "utf8")
  expect(kafka).toContain("log.flush.interval.messages=1\n")
  expect(kafka).toContain("auto.create.topics.enable=false\n")
  expect(kafka).toContain("advertised.listeners=CLIENTS://kafka-service.flash-sale:9092,LOCAL://localhost:9094\n")
  // From outside of the pod nobody gets in without a password.
  const listeners = /^listeners=(.*)$/m.exec(kafka)?.[1]?.split(",") ?? []
  expect(listeners.filter((listener) => !listener.includes("//localhost:"))).toEqual(["CLIENTS://:9092"])
  expect(kafka).toMatch(/^listener\.security\.protocol\.map=CLIENTS:SASL_PLAINTEXT,/m)
  expect(everything.images).toContainEqual({ name: "apache/kafka", newTag: KAFKA_VERSION })
})

it("has the archive in a database of its own, with the same major version as docker-compose", () => {
  const [postgres] = podOf("postgres").containers
  const set = Object.fromEntries((postgres?.env ?? []).map(({ name, value }) => [name, value]))
  expect(set).toMatchObject({ POSTGRES_USER: "archive", POSTGRES_PASSWORD_FILE: "/secrets/archive" })
  expect(set["PGDATA"]).toMatch(/^\/var\/lib\/postgresql\/data\/\w+$/)
  const tag = everything.images.find(({ name }) => name === "postgres")?.newTag
  expect(readFileSync(join(Manifests.root, "docker-compose.yml"), "utf8")).toContain(`image: postgres:${tag}\n`)
})

it("has the alerts of Prometheus' own file", () => {
  const resource = readFileSync(join(Manifests.folder, "monitoring/prometheus-rule.yaml"), "utf8")
  expect(resource, "run: node scripts/prometheus-rule.ts").toBe(withRules(resource, Rules.text()))
  expect(one("PrometheusRule", "flash-sale")).toEqual(Rules.read())
})

it("scrapes every service of the engine by its port", () => {
  for (
    const [name, port] of [["gateway", "http"], ["processor", "metrics"], ["archive", "metrics"], [
      "reconcile",
      "metrics"
    ]] as const
  ) {
    const { metadata, spec } = services.find((found) => found.metadata.name === name)!
    expect(spec.ports[0]).toMatchObject({ name: port })
    expect(one("ServiceMonitor", name)).toMatchObject({
      selector: { matchLabels: { "app.kubernetes.io/name": metadata.labels?.["app.kubernetes.io/name"] } },
      endpoints: [{ port, path: "/metrics" }]
    })
  }
})

it("is built by kustomize", { timeout: BUILD_MILLIS }, async (context) => {
  const program = await Manifests.kustomize(FULL)
  if (program === undefined) return context.skip("no kustomize on the PATH (FULL=1 builds one, where Go is)")
  const built = Manifests.objectsOf(await execute(program, ["build", join(Manifests.folder, "all")], BUILD_MILLIS))
  expect(built.flatMap(Schema.check)).toEqual([])
  expect(built.length).toBe(objects.length + everything.generators.length)
  for (const { kind, metadata } of built) if (kind !== "Namespace") expect(metadata.namespace).toBe("flash-sale")
  // A version is set in one place.
  const images = JSON.stringify(built).match(/flash-sale-engine:[^"]*/g)
  expect(new Set(images).size).toBe(1)
  expect(images?.length).toBe(4)
  const maps = built.filter(({ kind }) => kind === "ConfigMap").map(({ metadata }) => metadata.name)
  const text = JSON.stringify(built.filter(({ kind }) => kind !== "ConfigMap"))
  for (const map of maps) expect(text).toContain(`"name":"${map}"`)
  for (const part of ["base", "stores", "keda", "monitoring"]) {
    expect(Manifests.objectsOf(await execute(program, ["build", join(Manifests.folder, part)], BUILD_MILLIS)).length)
      .toBeGreaterThan(0)
  }
})
