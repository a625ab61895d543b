/** `flash-sale doctor` as a process of its own, with what it found. */
import type { DoctorReport } from "@flash-sale/domain/api/admin/doctor/AdminDoctor"
import type { CheckId, Finding } from "@flash-sale/operations/doctor/Check"
import { createHash } from "node:crypto"
import { readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import * as Services from "../../chaos/Services.ts"
import { freePort } from "../../servers/Ports.ts"

type Env = Readonly<Record<string, string>>

export interface Examined {
  readonly code: number | null
  readonly findings: ReadonlyArray<Finding>
  /** The line of standard error. */
  readonly complaint: string | undefined
  readonly of: (id: CheckId) => Finding
  /** Ids of a verdict, in the order in which they are shown. */
  readonly ids: (verdict: Finding["verdict"]) => ReadonlyArray<CheckId>
}

/** Ports at which nobody listens, and a provider who takes the money: what is left is the engine's own. */
export const quiet = async () => ({
  HTTP_PORT: String(await freePort()),
  METRICS_PORT: String(await freePort()),
  PAYMENT_URL: "http://127.0.0.1:1",
  PAYMENT_API_KEY: "key"
})

export const examine = async (env: Env, ...flags: ReadonlyArray<string>): Promise<Examined> => {
  const { code, output } = await Services.run(["doctor", "--json", ...flags], env)
  const lines = output.split("\n")
  const findings = lines.filter((line) => line.startsWith("{")).map((line): Finding => JSON.parse(line))
  return {
    code,
    findings,
    complaint: lines.find((line) => line.startsWith("flash-sale: ")),
    of: (id) => {
      const found = findings.find((one) => one.id === id)
      if (found === undefined) throw new Error(`no finding on ${id}:\n${output}`)
      return found
    },
    ids: (verdict) => findings.filter((one) => one.verdict === verdict).map(({ id }) => id)
  }
}

/** What the admin API of a running engine answers. */
export const ask = async (adminUrl: string, key: string): Promise<typeof DoctorReport.Type> => {
  const answer = await fetch(`${adminUrl}/admin/v1/doctor`, { headers: { authorization: `Bearer ${key}` } })
  if (answer.status !== 200) throw new Error(`the admin API has answered ${answer.status}: ${await answer.text()}`)
  return await answer.json() as typeof DoctorReport.Type
}

/** Names, modes and contents of all files of a folder: what must be the same before and after. */
export const stateOf = (folder: string): ReadonlyArray<string> =>
  readdirSync(folder).toSorted().map((name) => {
    const path = join(folder, name)
    return `${name} ${statSync(path).mode} ${createHash("sha256").update(readFileSync(path)).digest("hex")}`
  })
