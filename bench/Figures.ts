/** Figures that a program tells of itself at its port for metrics. */

/** The value of a metric without labels; `absent` where there is none yet. */
const metric = async (port: number, name: string, absent: number): Promise<number> => {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  return Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1] ?? absent)
}

/** Orders that are final. */
export const processed = (port: number): Promise<number> => metric(port, "processor_orders_processed_total", 0)

/** Those of them that were sold. */
export const completed = (port: number): Promise<number> => metric(port, "processor_orders_processed_success_total", 0)

/** Events that the archive has taken in. */
export const archived = (port: number): Promise<number> => metric(port, "archive_events_total", 0)
