/** In one process, on files of its own, as `npm start` runs it. */
import * as ArchiveLayers from "@flash-sale/infra/archive/ArchiveLayers"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { freePort } from "../../test/servers/Ports.ts"
import { afterDeath } from "../../test/servers/Watchdog.ts"
import * as Services from "../Services.ts"
import * as Disk from "./Disk.ts"
import { commandOf, startProgram, type System } from "./System.ts"

export const within = async (run: (system: System) => Promise<void>): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), "flash-sale-long-"))
  const forget = afterDeath(`rm -rf '${folder}'`)
  try {
    const [port, adminPort, metricsPort] = [await freePort(), await freePort(), await freePort()]
    const env = {
      DATA_DIR: folder,
      HTTP_PORT: String(port),
      ADMIN_PORT: String(adminPort),
      METRICS_PORT: String(metricsPort)
    }
    const engine = await startProgram(["serve"], env, port)
    const files = (name: string) => Disk.bytesIn(folder, (path) => path.includes(`/${name}`))
    try {
      await run({
        port,
        metricsPort,
        archivePort: metricsPort,
        parts: [{ name: "engine", pid: engine.pid }],
        folder,
        bytes:
          async () => [["engine's file", await files("engine.sqlite")], ["archive", await files("archive.sqlite")], [
            "all on disk",
            await Disk.bytesIn(folder)
          ]],
        run: commandOf(env),
        archive: ArchiveLayers.layerFile(folder)
      })
    } finally {
      await Services.end([engine])
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
    forget()
  }
}
