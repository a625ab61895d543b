/** A Kafka broker of a test's own, in a folder of its own, that the test may kill, freeze and start again. */
import { Kafka, logLevel } from "kafkajs"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as KafkaClasses from "./KafkaClasses.ts"
import { freePort } from "./Ports.ts"
import { type Logged, spawnLogged, until } from "./Processes.ts"
import { afterDeath } from "./Watchdog.ts"

const HOST = "127.0.0.1"
const CLUSTER = "MkU3OEVBNTcwNTJENDM2Qk"
const CONNECT_MILLIS = 1_000
const JVM = ["-Xmx512m", "-XX:+UseSerialGC", "-XX:-UsePerfData"]
/** Starts in seconds on two cores: compiling well is for servers that stay. */
const QUICK_START = "-XX:TieredStopAtLevel=1"

export type Properties = Readonly<Record<string, string>>

export interface BrokerOptions {
  /** Compiles well, for what is measured; starts more slowly. */
  readonly isServer?: boolean
  /** Settings in the place of the usual ones, or beside them. */
  readonly settings?: (usual: Properties) => Properties
  /** What else is said when its folder is formatted: users, for example. */
  readonly formatting?: ReadonlyArray<string>
  /** Options of its Java, beside the usual ones. */
  readonly java?: ReadonlyArray<string>
}

/** Settings of a broker that is its own controller. */
export const brokerSettings = (
  { advertised, broker, controller }: {
    readonly advertised: string
    readonly broker: string
    readonly controller: string
  }
): Readonly<Record<string, string>> => ({
  "process.roles": "broker,controller",
  "node.id": "1",
  "controller.quorum.voters": `1@${controller}`,
  listeners: `PLAINTEXT://${broker},CONTROLLER://${controller}`,
  "advertised.listeners": `PLAINTEXT://${advertised}`,
  "controller.listener.names": "CONTROLLER",
  "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
  "offsets.topic.replication.factor": "1",
  "offsets.topic.num.partitions": "1",
  "transaction.state.log.replication.factor": "1",
  "transaction.state.log.min.isr": "1",
  "group.initial.rebalance.delay.ms": "0",
  "auto.create.topics.enable": "false",
  // After kill -9 a broker is let in again when the session of the dead one is over, by default in 9 s.
  "broker.session.timeout.ms": "3000",
  "broker.heartbeat.interval.ms": "500"
})

/** Whether a broker at this address serves. */
export const serves = async (address: string): Promise<boolean> => {
  const admin = new Kafka({
    brokers: [address],
    connectionTimeout: CONNECT_MILLIS,
    requestTimeout: CONNECT_MILLIS,
    retry: { retries: 0 },
    logLevel: logLevel.NOTHING
  }).admin()
  try {
    await admin.connect()
    return (await admin.describeCluster()).brokers.length > 0
  } catch {
    return false
  } finally {
    await admin.disconnect().catch(() => {})
  }
}

export class KafkaBroker {
  readonly port: number
  readonly folder: string
  readonly lib: string
  readonly #jvm: ReadonlyArray<string>
  readonly #forget: () => void
  #server: Logged | undefined

  private constructor(port: number, folder: string, lib: string, jvm: ReadonlyArray<string>) {
    this.port = port
    this.folder = folder
    this.lib = lib
    this.#jvm = jvm
    this.#forget = afterDeath(`rm -rf '${folder}'`)
  }

  /** Formatted, not started yet. `lib` is the folder of Kafka's jars. */
  static async make(lib: string, options: BrokerOptions = {}): Promise<KafkaBroker> {
    return KafkaBroker.#make(lib, `${HOST}:${await freePort()}`, {}, options)
  }

  /** Brokers that know each other, formatted, not started yet. More than half of them must run for any to serve. */
  static async cluster(lib: string, size: number): Promise<ReadonlyArray<KafkaBroker>> {
    const controllers: Array<string> = []
    while (controllers.length < size) controllers.push(`${HOST}:${await freePort()}`)
    const voters = controllers.map((controller, index) => `${index + 1}@${controller}`).join(",")
    return Promise.all(controllers.map((controller, index) =>
      KafkaBroker.#make(lib, controller, {
        "node.id": String(index + 1),
        "controller.quorum.voters": voters,
        "offsets.topic.replication.factor": String(size)
      })
    ))
  }

  static async #make(
    lib: string,
    controller: string,
    more: Properties,
    { formatting = [], isServer = false, java, settings: besides = () => ({}) }: BrokerOptions = {}
  ): Promise<KafkaBroker> {
    const folder = await mkdtemp(join(tmpdir(), "flash-sale-kafka-"))
    const options = [...JVM, ...isServer ? [] : [QUICK_START], ...java ?? KafkaClasses.shared()]
    const broker = new KafkaBroker(await freePort(), folder, lib, options)
    const usual = brokerSettings({ advertised: broker.address, broker: broker.address, controller })
    const settings = {
      ...usual,
      ...more,
      ...besides(usual),
      "log.dirs": join(folder, "data")
    }
    await writeFile(broker.#settings, Object.entries(settings).map(([name, value]) => `${name}=${value}\n`).join(""))
    const format = ["format", "-t", CLUSTER, "-c", broker.#settings, ...formatting]
    const formatter = await broker.#java("kafka.tools.StorageTool", ...format)
    if ((await formatter.exit).code !== 0) {
      throw new Error(`Kafka's folder cannot be formatted: ${formatter.output()}`)
    }
    return broker
  }

  get address(): string {
    return `${HOST}:${this.port}`
  }

  get pid(): number | undefined {
    return this.#server?.pid
  }

  /** Starts it, for the first time or again, on what is in its folder, and waits until it serves. */
  async start(): Promise<void> {
    const server = await this.#java("kafka.Kafka", this.#settings)
    this.#server = server
    await until("Kafka serves", () => {
      if (!server.isRunning()) throw new Error(`Kafka has ended: ${server.output()}`)
      return serves(this.address)
    })
  }

  /** kill -9, and waits until it is gone. */
  async kill(): Promise<void> {
    this.#server?.kill("SIGKILL")
    await this.#server?.exit
  }

  /** Tells it to end, and waits until it has. */
  async end(): Promise<void> {
    this.#server?.kill("SIGTERM")
    await this.#server?.exit
  }

  /** It goes on listening, and answers nothing. */
  freeze(): void {
    this.#server?.kill("SIGSTOP")
  }

  thaw(): void {
    this.#server?.kill("SIGCONT")
  }

  /** Ends it and removes its folder. */
  async stop(): Promise<void> {
    await this.kill()
    await rm(this.folder, { recursive: true, force: true })
    this.#forget()
  }

  get #settings(): string {
    return join(this.folder, "server.properties")
  }

  #java(program: string, ...args: ReadonlyArray<string>): Promise<Logged> {
    const log = join(this.folder, "log")
    return spawnLogged("java", [...this.#jvm, "-cp", join(this.lib, "*"), program, ...args], { log })
  }
}
