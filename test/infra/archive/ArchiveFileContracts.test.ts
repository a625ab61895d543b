/** The archive in a file does what every archive does. */
import * as ArchiveLayers from "@flash-sale/infra/archive/ArchiveLayers"
import { Effect, Layer } from "effect"
import * as ArchiveContract from "../../contract/archive/ArchiveContract.ts"
import * as ArchiveLettersContract from "../../contract/archive/ArchiveLettersContract.ts"
import * as ArchiveQuestionsContract from "../../contract/archive/ArchiveQuestionsContract.ts"
import * as WebhooksContract from "../../contract/archive/WebhooksContract.ts"
import * as Folders from "../sqlite/Folders.ts"

const NAME = "SQLite"

/** A folder of its own for each suite. */
const inFile = Layer.unwrap(Effect.map(Folders.temporary, ArchiveLayers.layerFile))

ArchiveContract.suite(NAME, inFile)
ArchiveLettersContract.suite(NAME, inFile)
ArchiveQuestionsContract.suite(NAME, inFile)
WebhooksContract.suite(NAME, inFile)
