/** Makes the file of `KafkaClasses.ts`. */
import { existsSync } from "node:fs"
import { rename, rm } from "node:fs/promises"
import { KafkaBroker } from "./KafkaBroker.ts"
import { FILE } from "./KafkaClasses.ts"

/** Makes the file where there is none, by a broker that starts and ends. Without it brokers start more slowly. */
export const share = async (lib: string): Promise<void> => {
  if (existsSync(FILE)) return
  const made = `${FILE}.${process.pid}`
  // The tool that formats its folder has its own end, and would write the file as well: the last one counts.
  const broker = await KafkaBroker.make(lib, { java: [`-XX:ArchiveClassesAtExit=${made}`, "-Xlog:cds=off"] })
  try {
    await broker.start()
    await broker.end()
    // In one step, so that the file is whole or not there.
    if (existsSync(made)) await rename(made, FILE)
  } finally {
    await broker.stop()
    await rm(made, { force: true })
  }
}
