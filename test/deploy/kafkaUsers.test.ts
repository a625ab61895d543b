/** `deploy/kafka`: a broker with these settings lets in who has a password, and nobody else. */
import { Kafka, logLevel, type SASLOptions } from "kafkajs"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { expect, it, onTestFinished } from "vitest"
import { KafkaBroker } from "../servers/KafkaBroker.ts"
import { kafkaJars } from "../servers/KafkaJars.ts"
import { freePort } from "../servers/Ports.ts"
import { FOLDER, formatting, settingsAt } from "./DeployedKafka.ts"

const PASSWORDS = { gateway: "g4teway", processor: "pr0cessor" }
const TIMEOUT = 120_000

const topicsAt = async (port: number, sasl?: SASLOptions): Promise<ReadonlyArray<string>> => {
  const admin = new Kafka({
    brokers: [`127.0.0.1:${port}`],
    logLevel: logLevel.NOTHING,
    retry: { retries: 0 },
    connectionTimeout: 5_000,
    ...(sasl === undefined ? {} : { sasl })
  }).admin()
  try {
    await admin.connect()
    return await admin.listTopics()
  } finally {
    await admin.disconnect()
  }
}

const as = (username: string, password: string): SASLOptions => ({ mechanism: "scram-sha-512", username, password })

it("lets in each user with its password, also after a restart, and nobody else", { timeout: TIMEOUT }, async () => {
  const { exit, said } = await formatting(PASSWORDS)
  expect(exit).toEqual({ code: 0, signal: null })
  const given = "format --ignore-formatted --cluster-id=c --config=p"
  expect(said.startsWith(`${given} --add-scram `)).toBe(true)
  const port = await freePort()
  const broker = await KafkaBroker.make(await kafkaJars(), {
    settings: settingsAt(await readFile(join(FOLDER, "server.properties"), "utf8"), port),
    formatting: said.slice(given.length + 1).split(" ")
  })
  onTestFinished(() => broker.stop())
  for (const start of ["the first", "another"]) {
    await broker.start()
    for (const [name, password] of Object.entries(PASSWORDS)) {
      expect(await topicsAt(port, as(name, password)), start).toEqual([])
    }
    await expect(topicsAt(port)).rejects.toThrow()
    await expect(topicsAt(port, as("gateway", "another"))).rejects.toThrow(/credentials|authentication/i)
    await expect(topicsAt(port, as("stranger", PASSWORDS.gateway))).rejects.toThrow(/credentials|authentication/i)
    await broker.kill()
  }
})

it("formats nothing where a password is empty, or would be taken apart", async () => {
  for (const password of ["", "a,b", "a]b", "a b"]) {
    const { exit, folder, said } = await formatting({ ...PASSWORDS, gateway: password })
    expect(exit.code).toBe(1)
    expect(said).toBe(`format.sh: ${folder}/gateway: a password is letters and digits`)
  }
})
