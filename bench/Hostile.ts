/**
 * What hostile requests cost the embedded engine in memory, and buyers in time. A fresh engine for each attack; buyers
 * and attackers share the machine with it. `ENGINE` names the main file of another version, `LIMIT` the memory in MiB
 * at which the engine counts as killed, as a container of that size would, `ATTACK` a part of the name of the one
 * that is wanted.
 */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"
import { freePort } from "../test/servers/Ports.ts"
import { type Logged, spawnLogged, until } from "../test/servers/Processes.ts"
import { type Attack, attacks, type Ports } from "./Attacks.ts"
import { residentMib } from "./Memory.ts"
import * as Services from "./Services.ts"
import * as Table from "./Table.ts"

const ENGINE = process.env["ENGINE"] ?? Services.pathOf("../packages/cli/src/main.ts")
const LIMIT_MIB = Number(process.env["LIMIT"] ?? 768)
const MILLIS = Number(process.env["SECONDS"] ?? 10) * 1_000
/** Buyers' orders a second, and how long one may wait for its answer, in milliseconds. */
const RATE = 100
const PATIENCE = 5_000
const WATCH_EVERY_MILLIS = 20

/** Watches an engine's memory, and kills it where it has more than its limit. */
const watch = ({ isRunning, kill, pid }: Logged) => {
  let most = 0
  const watching = setInterval(() => {
    if (!isRunning()) return clearInterval(watching)
    try {
      most = Math.max(most, residentMib(pid) || 0)
    } catch {
      // It has ended between the two questions.
    }
    if (most > LIMIT_MIB) kill("SIGKILL")
  }, WATCH_EVERY_MILLIS)
  return {
    most: () => most,
    end: () => clearInterval(watching)
  }
}

let orders = 0
/** How long one order takes to be answered; endless where it is not. */
const buy = async (port: number): Promise<number> => {
  const name = String(orders++)
  const begun = performance.now()
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/buy`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ request_id: `r-${name}`, user_id: `u-${name}`, item_id: "101", amount: 1 }),
      signal: AbortSignal.timeout(PATIENCE)
    })
    await answer.arrayBuffer()
    return answer.status === 202 || answer.status === 410 ? performance.now() - begun : Number.POSITIVE_INFINITY
  } catch {
    return Number.POSITIVE_INFINITY
  }
}

/** Orders at their rate, whatever becomes of those before, until a promise is kept. */
const buying = async (port: number, during: Promise<unknown>): Promise<ReadonlyArray<number>> => {
  let isOver = false
  void during.then(() => {
    isOver = true
  })
  const sent: Array<Promise<number>> = []
  while (!isOver) {
    sent.push(buy(port))
    await delay(1_000 / RATE)
  }
  return await Promise.all(sent)
}

const p99 = (millis: ReadonlyArray<number>): string => {
  const at = millis.toSorted((a, b) => a - b)[Math.floor(millis.length * 0.99)] ?? Number.NaN
  return Number.isFinite(at) ? at.toFixed(0) : "none"
}

/** Attacks from a process of its own; the answer is how many requests it has sent. */
const attacking = async (index: number, { http, metrics }: Ports): Promise<number> => {
  const args = [index, http, metrics, MILLIS].map(String)
  const attacker = await spawnLogged(process.execPath, [Services.pathOf("Attacks.ts"), ...args])
  await attacker.exit
  return Number(/^sent (\d+)$/m.exec(attacker.output())?.[1])
}

const measure = async ({ name }: Attack, index: number): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), "flash-sale-hostile-"))
  const ports: Ports = { http: await freePort(), metrics: await freePort() }
  const engine = await spawnLogged(process.execPath, ["--disable-warning=TimeoutNegativeWarning", ENGINE, "serve"], {
    env: {
      DATA_DIR: folder,
      HTTP_PORT: String(ports.http),
      ADMIN_PORT: "off",
      METRICS_PORT: String(ports.metrics),
      PAYMENT_LATENCY: "1ms",
      LOG_LEVEL: "warn"
    }
  })
  try {
    await until("the engine is healthy", () => Services.isHealthy(ports.http))
    await buying(ports.http, delay(MILLIS / 2))
    const usual = await buying(ports.http, delay(MILLIS / 2))
    const before = residentMib(engine.pid)
    const memory = watch(engine)
    const attack = attacking(index, ports)
    const [requests, beside] = await Promise.all([attack, buying(ports.http, attack)])
    memory.end()
    const grown = memory.most() - before
    const unanswered = beside.filter((millis) => !Number.isFinite(millis)).length
    Table.print([
      Math.round(before),
      Math.round(memory.most()),
      requests,
      ((grown * 1024) / requests).toFixed(1),
      engine.isRunning() ? "yes" : "no",
      p99(usual),
      p99(beside),
      `${unanswered}/${beside.length}`,
      `  ${name}`
    ])
  } finally {
    engine.kill("SIGKILL")
    await engine.exit
    await rm(folder, { recursive: true, force: true })
  }
}

export const run = async (): Promise<void> => {
  Table.print(["MiB before", "MiB at most", "requests", "KiB each", "lives", "p99 usual", "p99 beside", "unanswered"])
  const only = process.env["ATTACK"]
  for (const [index, attack] of attacks.entries()) {
    if (only === undefined || attack.name.includes(only)) await measure(attack, index)
  }
}
