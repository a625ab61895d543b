/** Who operates the engine of a test, by its admin API and the key of its first run. */
import { readFile } from "node:fs/promises"
import { join } from "node:path"

/** Sends a change, and fails where it is refused. */
export const operator = (adminUrl: string, dataDir: string) =>
async (
  method: "POST" | "PATCH",
  path: string,
  body: object
): Promise<void> => {
  const key = (await readFile(join(dataDir, "admin.key"), "utf8")).trim()
  const answer = await fetch(`${adminUrl}/admin/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ reason: "test", ...body })
  })
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
}
