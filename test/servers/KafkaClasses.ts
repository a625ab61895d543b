/**
 * Kafka's classes as Java has read and checked them, in a file: with it a broker starts in half the time. Made once; a
 * Java of another version does without it. https://docs.oracle.com/en/java/javase/17/vm/class-data-sharing.html
 */
import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { KAFKA_VERSION } from "./KafkaJars.ts"

export const FILE = fileURLToPath(new URL(`../../node_modules/.cache/kafka-${KAFKA_VERSION}.jsa`, import.meta.url))

/** The options of a Java that has them. */
export const shared = (): ReadonlyArray<string> =>
  existsSync(FILE) ? [`-XX:SharedArchiveFile=${FILE}`, "-Xlog:cds=off"] : []
