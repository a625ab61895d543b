/** A Prometheus of a test's own, that scrapes what the test names and judges it by rules. */
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { stringify } from "yaml"
import { freePort } from "./Ports.ts"
import { type Logged, spawnLogged, until } from "./Processes.ts"
import { afterDeath } from "./Watchdog.ts"

export interface Options {
  /** The text of a file of rules. */
  readonly rules: string
  /** `host:port` of what is scraped, by job. */
  readonly jobs: Readonly<Record<string, ReadonlyArray<string>>>
  /** How often it scrapes and judges, in seconds. */
  readonly everySeconds: number
}

/** One series of an answer: its labels, and its values by time in seconds since 1970. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>
  readonly values: ReadonlyArray<readonly [number, string]>
}

const configuration = ({ everySeconds, jobs }: Options): string =>
  stringify({
    global: { scrape_interval: `${everySeconds}s`, scrape_timeout: "1s", evaluation_interval: `${everySeconds}s` },
    rule_files: ["flash-sale.rules.yml"],
    scrape_configs: Object.entries(jobs).map(([job_name, targets]) => ({
      job_name,
      static_configs: [{ targets }]
    }))
  })

export class PrometheusServer {
  readonly url: string
  readonly folder: string
  readonly everySeconds: number
  readonly #forget: () => void
  readonly #startedAt = Date.now() / 1000
  #server: Logged | undefined

  private constructor(port: number, folder: string, everySeconds: number) {
    this.url = `http://127.0.0.1:${port}`
    this.folder = folder
    this.everySeconds = everySeconds
    this.#forget = afterDeath(`rm -rf '${folder}'`)
  }

  /** Started, and answering. */
  static async start(options: Options): Promise<PrometheusServer> {
    const folder = await mkdtemp(join(tmpdir(), "flash-sale-prometheus-"))
    const port = await freePort()
    const made = new PrometheusServer(port, folder, options.everySeconds)
    await writeFile(join(folder, "prometheus.yml"), configuration(options))
    await writeFile(join(folder, "flash-sale.rules.yml"), options.rules)
    const server = await spawnLogged("prometheus", [
      `--config.file=${join(folder, "prometheus.yml")}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`
    ])
    made.#server = server
    await until("Prometheus answers", async () => {
      if (!server.isRunning()) throw new Error(`prometheus has ended: ${server.output()}`)
      return (await fetch(`${made.url}/-/ready`).catch(() => undefined))?.ok === true
    })
    return made
  }

  async #get(path: string, parameters: Readonly<Record<string, string>>): Promise<unknown> {
    const response = await fetch(`${this.url}/api/v1/${path}?${new URLSearchParams(parameters)}`)
    const { data, error } = await response.json() as { readonly data?: unknown; readonly error?: string }
    if (error !== undefined) throw new Error(`${error}: ${Object.values(parameters).join(" ")}`)
    return data
  }

  /** How many series a query answers now. Fails where it is no query. */
  async count(query: string): Promise<number> {
    const data = await this.#get("query", { query })
    return (data as { readonly result: ReadonlyArray<unknown> }).result.length
  }

  /** Everything that a query answered since the start. */
  async history(query: string): Promise<ReadonlyArray<Series>> {
    const data = await this.#get("query_range", {
      query,
      start: String(this.#startedAt),
      end: String(Date.now() / 1000),
      step: String(this.everySeconds)
    })
    return (data as { readonly result: ReadonlyArray<Series> }).result
  }

  /** Ends it and removes its folder. */
  async stop(): Promise<void> {
    this.#server?.kill("SIGKILL")
    await this.#server?.exit
    await rm(this.folder, { recursive: true, force: true })
    this.#forget()
  }
}
