/** The archive in PostgreSQL does what every archive does. */
import * as ArchiveLayers from "@flash-sale/infra/archive/ArchiveLayers"
import { Effect, Layer } from "effect"
import * as ArchiveContract from "../../contract/archive/ArchiveContract.ts"
import * as ArchiveLettersContract from "../../contract/archive/ArchiveLettersContract.ts"
import * as ArchiveQuestionsContract from "../../contract/archive/ArchiveQuestionsContract.ts"
import * as WebhooksContract from "../../contract/archive/WebhooksContract.ts"
import { needed, postgresAddr } from "../../servers/servers.ts"
import * as OwnDatabase from "./OwnDatabase.ts"

const NAME = "PostgreSQL"

const address = needed(postgresAddr())

/** A database of its own for each suite. */
const own = Layer.unwrap(Effect.map(OwnDatabase.make(address), ArchiveLayers.layerPostgres))

ArchiveContract.suite(NAME, own)
ArchiveLettersContract.suite(NAME, own)
ArchiveQuestionsContract.suite(NAME, own)
WebhooksContract.suite(NAME, own)
