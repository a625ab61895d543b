/** The Kafka of `deploy/kafka`: how it is formatted and set, at ports of a test. */
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { onTestFinished } from "vitest"
import type { Properties } from "../servers/KafkaBroker.ts"
import { spawnLogged } from "../servers/Processes.ts"

export const FOLDER = fileURLToPath(new URL("../../deploy/kafka/", import.meta.url))

/** What the script says to `kafka-storage.sh`, line by line. */
export const formatting = async (passwords: Readonly<Record<string, string>>) => {
  const folder = await mkdtemp(join(tmpdir(), "flash-sale-secrets-"))
  onTestFinished(() => rm(folder, { recursive: true }))
  for (const [name, password] of Object.entries(passwords)) await writeFile(join(folder, name), password)
  const script = await spawnLogged("sh", [join(FOLDER, "format.sh"), "--cluster-id=c", "--config=p"], {
    env: { SECRETS: folder, STORAGE: "/bin/echo" }
  })
  return { folder, exit: await script.exit, said: script.output().trim() }
}

/** The settings as they are deployed, at ports of this test. */
export const settingsAt = (deployed: string, port: number) => (usual: Properties): Properties => {
  const [plaintext = "", controller = ""] = (usual["listeners"] ?? "").split(",").map((each) =>
    each.split("//")[1] ?? ""
  )
  const entries = deployed.split("\n").filter((line) => /^[^#].*=/.test(line)).map((line) => line.split(/=(.*)/s, 2))
  const settings: Properties = Object.fromEntries(entries)
  const moved = (text = "") =>
    text.replace(/(?<=CLIENTS:\/\/)[^,]*/, `127.0.0.1:${port}`).replace(/(?<=LOCAL:\/\/)[^,]*/, plaintext)
      .replace(/(?<=CONTROLLER:\/\/)[^,]*/, controller)
  return {
    ...settings,
    "listeners": moved(settings["listeners"]),
    "advertised.listeners": moved(settings["advertised.listeners"]),
    "controller.quorum.voters": usual["controller.quorum.voters"] ?? ""
  }
}
