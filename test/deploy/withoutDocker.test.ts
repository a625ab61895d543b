/** A Kafka and a Redis that are started as docs/operations.md says, and what the engine and `doctor` say of them. */
import { chmod, mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { expect, it, onTestFinished } from "vitest"
import * as Services from "../chaos/Services.ts"
import * as Patient from "../cli/doctor/Patient.ts"
import { serves } from "../servers/KafkaBroker.ts"
import { freePort } from "../servers/Ports.ts"
import { spawnLogged, until } from "../servers/Processes.ts"
import { answers } from "../servers/RedisServer.ts"
import { kafkaLib, needed, redisServerProgram } from "../servers/servers.ts"
import * as Document from "./runbook/Document.ts"

const TIMEOUT = 180_000
const SECTION = "Kafka and Redis without Docker"
const lib = needed(kafkaLib())
needed(redisServerProgram())

/** What the scripts of an unpacked Kafka run. */
const PROGRAMS = { "kafka-storage.sh": "kafka.tools.StorageTool", "kafka-server-start.sh": "kafka.Kafka" }

it("what the document says starts a Kafka and a Redis that an engine sells on", { timeout: TIMEOUT }, async () => {
  const folder = await Services.folder()
  const [kafka, controller, redis] = [await freePort(), await freePort(), await freePort()]
  const placed = (text: string) =>
    text.replaceAll("9092", String(kafka)).replaceAll("9093", String(controller)).replaceAll("6379", String(redis))
      .replaceAll("/var/lib/flash-sale", folder)
  await mkdir(join(folder, "bin"))
  await mkdir(join(folder, "redis"))
  for (const [name, program] of Object.entries(PROGRAMS)) {
    const path = join(folder, "bin", name)
    await writeFile(path, `#!/bin/sh\nexec java -Xmx512m -cp '${lib}/*' ${program} "$@"\n`)
    await chmod(path, 0o755)
  }
  const document = Document.text()
  const [, properties = ""] = /^```properties\n([\s\S]*?)^```$/m.exec(document) ?? []
  await writeFile(join(folder, "flash-sale.properties"), placed(properties))
  const [start, doctor] = Document.steps(document).filter(({ section }) => section === SECTION)
  const [format = "", ...servers] = placed(start?.commands ?? "").split("\n")
  expect(servers).toHaveLength(2)
  const formatted = await spawnLogged("bash", ["-c", format], { cwd: folder })
  expect(await formatted.exit, formatted.output()).toEqual({ code: 0, signal: null })
  for (const line of servers) {
    const server = await spawnLogged("bash", ["-c", `exec ${line}`], { cwd: folder })
    onTestFinished(async () => {
      server.kill("SIGKILL")
      await server.exit
    })
  }
  await until("both serve", async () => await serves(`127.0.0.1:${kafka}`) && await answers(redis))

  const typed = placed(doctor?.commands ?? "")
  const addresses = Object.fromEntries(
    Array.from(typed.matchAll(/(\w+_ADDR)=(\S+)/g), ([, name, value]) => [name, value])
  )
  expect(Object.keys(addresses)).toEqual(["REDIS_ADDR", "KAFKA_ADDR"])
  expect(typed).toMatch(/npx flash-sale doctor$/)
  const { HTTP_PORT: _, METRICS_PORT: __, ...paying } = await Patient.quiet()
  const processor = await Services.service("processor", { ...paying, ...addresses })
  await processor.start()
  await processor.untilHealth(200)
  const found = await Patient.examine({ ...await Patient.quiet(), ...addresses })
  expect(found.ids("wrong")).toEqual([])
  expect(found.ids("warning").filter((id) => /^(kafka|redis)\./.test(id))).toEqual(["kafka.replicas"])
  expect(await processor.stop()).toEqual({ code: 0, signal: null })
})
