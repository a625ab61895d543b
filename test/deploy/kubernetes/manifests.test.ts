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
    ["reconcile", [9090]],
    ["redis-service", [6379]],
    ["kafka-service", [9092]]
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

it.each(["gateway", "processor"])("%s is asked at /livez and /readyz, and given its time to end", (name) => {
  const { containers: [container], terminationGracePeriodSeconds } = podOf(name)
  expect(container?.args).toEqual(["flash-sale", name])
  expect(container?.startupProbe?.httpGet?.path).toBe("/livez")
  expect(container?.livenessProbe?.httpGet?.path).toBe("/livez")
  expect(container?.readinessProbe?.httpGet?.path).toBe("/readyz")
  expect(terminationGracePeriodSeconds).toBeGreaterThan(ENGINE_SECONDS + PRE_STOP_SECONDS)
})

it("goes on taking orders until everybody has heard that a gateway ends", () => {
  const [container] = podOf("gateway").containers
  expect(container?.lifecycle?.preStop.exec.command).toEqual(["sleep", String(PRE_STOP_SECONDS)])
})

it("sets only variables that the engine reads", () => {
  const known = sources("packages/infra/src/**/*.ts").flatMap(variablesRead).map(({ name }) => name)
  const settings = everything.generators.find(({ name }) => name === "flash-sale-settings")
  const names = (settings?.literals ?? []).map((literal) => literal.split("=")[0])
  expect(names).toContain("REDIS_ADDR")
  expect(known).toEqual(expect.arrayContaining(names))
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
      "nobody-else": ["gateway", "processor", "reconcile", "redis", "kafka"],
      engine: ["gateway", "processor", "reconcile"]
    }
    expect(selected, metadata.name).toEqual(expected[metadata.name] ?? [metadata.name])
  }
})

it("keeps on disk what Redis and Kafka acknowledge, and lets Redis forget nothing", () => {
  const [redis] = podOf("redis").containers
  expect(redis?.command).toEqual(["sh", "/start/start.sh", "--maxmemory-policy", "noeviction"])
  const start = everything.generators.find(({ name }) => name === "redis-start")
  expect(join(start?.folder ?? "", start?.files[0] ?? "")).toBe(join(Manifests.root, "deploy/redis/start.sh"))
  const kafka = readFileSync(join(Manifests.folder, "stores/server.properties"), "utf8")
  expect(kafka).toContain("log.flush.interval.messages=1\n")
  expect(kafka).toContain("auto.create.topics.enable=false\n")
  expect(kafka).toContain("advertised.listeners=PLAINTEXT://kafka-service.flash-sale:9092\n")
  for (const { image } of [...podOf("kafka").containers, ...podOf("kafka").initContainers ?? []]) {
    expect(image).toBe(`apache/kafka:${KAFKA_VERSION}`)
  }
})

it("has the alerts of Prometheus' own file", () => {
  const resource = readFileSync(join(Manifests.folder, "monitoring/prometheus-rule.yaml"), "utf8")
  expect(resource, "run: node scripts/prometheus-rule.ts").toBe(withRules(resource, Rules.text()))
  expect(one("PrometheusRule", "flash-sale")).toEqual(Rules.read())
})

it("scrapes every service of the engine by its port", () => {
  for (const [name, port] of [["gateway", "http"], ["processor", "metrics"], ["reconcile", "metrics"]] as const) {
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
  expect(images?.length).toBe(3)
  const maps = built.filter(({ kind }) => kind === "ConfigMap").map(({ metadata }) => metadata.name)
  const text = JSON.stringify(built.filter(({ kind }) => kind !== "ConfigMap"))
  for (const map of maps) expect(text).toContain(`"name":"${map}"`)
  for (const part of ["base", "stores", "keda", "monitoring"]) {
    expect(Manifests.objectsOf(await execute(program, ["build", join(Manifests.folder, part)], BUILD_MILLIS)).length)
      .toBeGreaterThan(0)
  }
})
