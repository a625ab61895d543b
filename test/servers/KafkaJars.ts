/** Kafka's jars, from Maven Central. */
import { existsSync } from "node:fs"
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { execute, findOrInstall } from "./Programs.ts"

/** Also the tag of the image that Docker runs. */
export const KAFKA_VERSION = "4.4.0"

const DOWNLOAD_MILLIS = 180_000
const cache = fileURLToPath(new URL("../../node_modules/.cache/", import.meta.url))

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>flash-sale</groupId>
  <artifactId>kafka-for-tests</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_2.13</artifactId>
      <version>${KAFKA_VERSION}</version>
    </dependency>
  </dependencies>
</project>
`

/** The folder that has them, after a download of some 40 MB the first time, and a `java` to run them. */
export const kafkaJars = async (): Promise<string> => {
  await findOrInstall("java", "default-jre-headless")
  const lib = join(cache, `kafka-${KAFKA_VERSION}`)
  if (existsSync(lib)) return lib
  const maven = await findOrInstall("mvn", "maven")
  await mkdir(cache, { recursive: true })
  const folder = await mkdtemp(join(cache, "kafka-"))
  try {
    const [pom, jars] = [join(folder, "pom.xml"), join(folder, "lib")]
    await writeFile(pom, POM)
    const goal = ["dependency:copy-dependencies", `-DoutputDirectory=${jars}`, "-DincludeScope=runtime"]
    await execute(maven, ["-q", "-B", "-f", pom, ...goal], DOWNLOAD_MILLIS)
    // In one step, so that the folder is whole or not there; another run may have been faster.
    await rename(jars, lib).catch((error: unknown) => {
      if (!existsSync(lib)) throw error
    })
    return lib
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
