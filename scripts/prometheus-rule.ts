/**
 * Writes the PrometheusRule of `deploy/kubernetes/monitoring` anew from `deploy/prometheus/flash-sale.rules.yml`:
 * kustomize puts no file into the middle of another.
 *
 *   node scripts/prometheus-rule.ts
 */
import { readFileSync, writeFileSync } from "node:fs"
import { root } from "./Source.ts"

const RULES = `${root}deploy/prometheus/flash-sale.rules.yml`
const RESOURCE = `${root}deploy/kubernetes/monitoring/prometheus-rule.yaml`

/** The resource with these groups of rules, word for word, in the place of those that it has. */
export const withRules = (resource: string, rules: string): string => {
  const head = resource.slice(0, resource.indexOf("spec:\n"))
  const groups = rules.slice(rules.indexOf("groups:\n"))
  return `${head}spec:\n${groups.replaceAll(/^(?=.)/gm, "  ")}`
}

if (import.meta.main) {
  writeFileSync(RESOURCE, withRules(readFileSync(RESOURCE, "utf8"), readFileSync(RULES, "utf8")))
}
