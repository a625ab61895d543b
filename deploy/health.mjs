// Exits with 0 where the service in this container is healthy. Arguments: the variable that names its port, and the
// port where the variable is not set.
const [variable = "HTTP_PORT", fallback = "8080"] = process.argv.slice(2)
const port = process.env[variable]?.trim() || fallback
/** The address that the port listens on, as `HTTP_HOST` beside `HTTP_PORT`; where it is all of them, this one. */
const listens = process.env[variable.replace(/PORT$/, "HOST")]?.trim() || "0.0.0.0"
const host = ["0.0.0.0", "::"].includes(listens) ? "127.0.0.1" : listens.includes(":") ? `[${listens}]` : listens
try {
  const response = await fetch(`http://${host}:${port}/health`, { signal: AbortSignal.timeout(4000) })
  // `docker inspect` shows the last lines, which say what is missing.
  process.stdout.write(`${await response.text()}\n`)
  process.exitCode = response.ok ? 0 : 1
} catch (error) {
  process.stdout.write(`no answer on port ${port}: ${error instanceof Error ? error.message : error}\n`)
  process.exitCode = 1
}
