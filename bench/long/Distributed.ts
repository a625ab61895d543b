/** On a Kafka, a Redis and a PostgreSQL of its own: a gateway, a processor and what fills the archive. */
import * as ArchiveLayers from "@flash-sale/infra/archive/ArchiveLayers"
import { Redacted } from "effect"
import { tmpdir } from "node:os"
import { freePort } from "../../test/servers/Ports.ts"
import { findPostgres, PostgresServer } from "../../test/servers/PostgresServer.ts"
import type { Logged } from "../../test/servers/Processes.ts"
import * as Services from "../Services.ts"
import * as Disk from "./Disk.ts"
import * as RedisBytes from "./RedisBytes.ts"
import { commandOf, startProgram, type System } from "./System.ts"

/** Redis has its file rewritten when it has doubled: its lines of a run are a few times what is in memory. */
const REDIS = { appendfsync: process.env["APPENDFSYNC"] ?? "everysec" }

export const within = (run: (system: System) => Promise<void>): Promise<void> =>
  Services.within(async (services) => {
    const { kafka, redis } = services
    const postgres = await PostgresServer.make(await findPostgres())
    const programs: Array<Logged> = []
    try {
      await postgres.start()
      const url = `postgres://postgres@${postgres.address}/postgres`
      const env = {
        KAFKA_ADDR: kafka.address,
        REDIS_ADDR: redis.address,
        ARCHIVE_URL: url,
        KAFKA_PARTITIONS: String(Services.PARTITIONS)
      }
      const [port, adminPort, metricsPort, archivePort] = [
        await freePort(),
        await freePort(),
        await freePort(),
        await freePort()
      ]
      const start = async (name: string, health: number, settings: Readonly<Record<string, string>>) => {
        const started = await startProgram([name], { ...env, ...settings }, health)
        programs.push(started)
        return { name, pid: started.pid }
      }
      const parts = [
        await start("gateway", port, { HTTP_PORT: String(port), ADMIN_PORT: String(adminPort) }),
        await start("processor", metricsPort, { METRICS_PORT: String(metricsPort) }),
        await start("archive", archivePort, { METRICS_PORT: String(archivePort) }),
        { name: "Redis", pid: redis.pid! },
        { name: "Kafka", pid: kafka.pid! },
        { name: "PostgreSQL", pid: postgres.pid!, isTree: true as const }
      ]
      await Services.untilAllWorkedOn(metricsPort)
      const ofTopic = (name: string) => Disk.bytesIn(kafka.folder, (path) => path.includes(`/${name}-`))
      await run({
        port,
        metricsPort,
        archivePort,
        parts,
        folder: tmpdir(),
        bytes: async () => [
          ...await RedisBytes.of(redis),
          ["log", await ofTopic("orders")],
          ["events", await ofTopic("order-events")],
          ["archive", await Disk.bytesIn(postgres.folder)],
          [
            "all on disk",
            await Disk.bytesIn(postgres.folder) + await Disk.bytesIn(kafka.folder) +
            await Disk.bytesIn(redis.folder)
          ]
        ],
        run: commandOf(env),
        archive: ArchiveLayers.layerPostgres(Redacted.make(url))
      })
    } finally {
      await Services.end(programs)
      await postgres.stop()
    }
  }, REDIS)
