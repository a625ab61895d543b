/** The ports that read, over the embedded file opened to be read only. A call that would write dies. */
import type { DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import type { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { LogReader } from "@flash-sale/domain/ports/LogReader"
import type { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import { Layer } from "effect"
import { type CannotOpen, pathIn } from "./database/OpenFile.ts"
import * as ReadOnlyFile from "./facts/ReadOnlyFile.ts"
import * as SqliteDeadLetters from "./SqliteDeadLetters.ts"
import * as SqliteItemStore from "./SqliteItemStore.ts"
import * as SqliteLogReader from "./SqliteLogReader.ts"
import * as SqliteRecoveryMarks from "./SqliteRecoveryMarks.ts"

/** The file of this folder. */
export const layer = (
  { folder }: { readonly folder: string }
): Layer.Layer<LogReader | RecoveryMarks | DeadLetters | ItemStore, CannotOpen> =>
  Layer.suspend(() =>
    Layer.mergeAll(SqliteLogReader.layer, SqliteRecoveryMarks.layer, SqliteDeadLetters.layer, SqliteItemStore.layer)
      .pipe(
        Layer.provide(ReadOnlyFile.layer(pathIn(folder)))
      )
  )
