/**
 * Writes `test/deploy/kubernetes/schema.json`: the schemas of the kinds that `deploy/kubernetes` uses, out of the
 * OpenAPI document of Kubernetes and the definitions of KEDA and the Prometheus operator. Needs Go, whose modules these
 * come in.
 *
 *   node scripts/kubernetes-schema.ts
 */
import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parse } from "yaml"
import { root } from "./Source.ts"

const KUBERNETES = "k8s.io/kubernetes@v1.34.2"
const KEDA = "github.com/kedacore/keda/v2@v2.18.1"
const PROMETHEUS_OPERATOR = "github.com/prometheus-operator/prometheus-operator@v0.85.0"

/** The kinds of Kubernetes itself, with the definitions that describe them. */
const KINDS: Readonly<Record<string, string>> = {
  "v1/Namespace": "io.k8s.api.core.v1.Namespace",
  "v1/ServiceAccount": "io.k8s.api.core.v1.ServiceAccount",
  "v1/ConfigMap": "io.k8s.api.core.v1.ConfigMap",
  "v1/Secret": "io.k8s.api.core.v1.Secret",
  "v1/Service": "io.k8s.api.core.v1.Service",
  "apps/v1/Deployment": "io.k8s.api.apps.v1.Deployment",
  "apps/v1/StatefulSet": "io.k8s.api.apps.v1.StatefulSet",
  "autoscaling/v2/HorizontalPodAutoscaler": "io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler",
  "policy/v1/PodDisruptionBudget": "io.k8s.api.policy.v1.PodDisruptionBudget",
  "networking.k8s.io/v1/NetworkPolicy": "io.k8s.api.networking.v1.NetworkPolicy",
  "networking.k8s.io/v1/Ingress": "io.k8s.api.networking.v1.Ingress"
}

/** The kinds of others: the module and the file that define each. */
const CUSTOM: ReadonlyArray<readonly [string, string]> = [
  [KEDA, "config/crd/bases/keda.sh_scaledobjects.yaml"],
  [KEDA, "config/crd/bases/keda.sh_triggerauthentications.yaml"],
  [PROMETHEUS_OPERATOR, "example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml"],
  [PROMETHEUS_OPERATOR, "example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml"]
]

const METADATA = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
const REFERENCE = "#/definitions/"

type Json = { readonly [key: string]: unknown }

const isJson = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value)

const moduleFolder = (module: string, cwd: string): string => {
  const { Dir }: { readonly Dir: string } = JSON.parse(
    execFileSync("go", ["mod", "download", "-json", module], { cwd, encoding: "utf8" })
  )
  return Dir
}

/** What is for readers goes; a property that is called `description` stays. */
const reduced = (schema: unknown, isProperties = false): unknown => {
  if (Array.isArray(schema)) return schema.map((element) => reduced(element))
  if (!isJson(schema)) return schema
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key]) => isProperties || !["description", "externalDocs", "x-kubernetes-validations"].includes(key))
      .map(([key, value]) => [key, reduced(value, !isProperties && key === "properties")])
  )
}

const referencesOf = (schema: unknown): ReadonlyArray<string> => {
  if (Array.isArray(schema)) return schema.flatMap(referencesOf)
  if (!isJson(schema)) return []
  const reference = schema["$ref"]
  return [
    ...(typeof reference === "string" ? [reference.slice(REFERENCE.length)] : []),
    ...Object.values(schema).flatMap(referencesOf)
  ]
}

/** The definitions that these need, themselves among them. */
const closure = (definitions: Json, wanted: ReadonlyArray<string>): Json => {
  const found = new Map<string, unknown>()
  const open = [...wanted]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name)) continue
    const definition = reduced(definitions[name])
    found.set(name, definition)
    open.push(...referencesOf(definition))
  }
  return Object.fromEntries([...found].toSorted(([a], [b]) => a < b ? -1 : 1))
}

interface CustomResource {
  readonly spec: {
    readonly group: string
    readonly names: { readonly kind: string }
    readonly versions: ReadonlyArray<{ readonly name: string; readonly schema: { readonly openAPIV3Schema: Json } }>
  }
}

/** The metadata of a custom resource is Kubernetes', and its own schema says nothing of it. */
const customKinds = ({ spec: { group, names, versions } }: CustomResource): ReadonlyArray<readonly [string, Json]> =>
  versions.map(({ name, schema: { openAPIV3Schema } }) => {
    const whole = reduced(openAPIV3Schema) as { readonly properties: Json }
    const properties = { ...whole.properties, metadata: { $ref: `${REFERENCE}${METADATA}` } }
    return [`${group}/${name}/${names.kind}`, { ...whole, properties }]
  })

if (import.meta.main) {
  const scratch = mkdtempSync(join(tmpdir(), "flash-sale-schema-"))
  try {
    const api = join(moduleFolder(KUBERNETES, scratch), "api/openapi-spec/swagger.json")
    const { definitions }: { readonly definitions: Json } = JSON.parse(readFileSync(api, "utf8"))
    const custom = CUSTOM.flatMap(([module, file]) =>
      customKinds(parse(readFileSync(join(moduleFolder(module, scratch), file), "utf8")))
    )
    const kinds = [
      ...Object.entries(KINDS).map(([kind, name]) => [kind, { $ref: `${REFERENCE}${name}` }] as const),
      ...custom
    ]
    const needed = closure(definitions, [...Object.values(KINDS), METADATA])
    const line = ([name, schema]: readonly [string, unknown]) => `${JSON.stringify(name)}: ${JSON.stringify(schema)}`
    const source = `Reduced by scripts/kubernetes-schema.ts from ${KUBERNETES}, ${KEDA} and ${PROMETHEUS_OPERATOR}, ` +
      "which are under the Apache License 2.0"
    writeFileSync(
      `${root}test/deploy/kubernetes/schema.json`,
      `{\n"$comment": ${JSON.stringify(source)},\n"kinds": {\n${kinds.map(line).join(",\n")}\n},\n` +
        `"definitions": {\n${Object.entries(needed).map(line).join(",\n")}\n}\n}\n`
    )
  } finally {
    rmSync(scratch, { recursive: true })
  }
}
