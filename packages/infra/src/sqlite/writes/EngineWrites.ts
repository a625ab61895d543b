/** All writes of the engine, for the thread that makes them. */
import * as FileTrouble from "../database/FileTrouble.ts"
import type { AnyWrite } from "../database/writer/Write.ts"
import * as EventLogRows from "../events/EventLogRows.ts"
import * as FoldWrite from "../items/FoldWrite.ts"
import * as MarkRows from "../items/MarkRows.ts"
import * as LetterWrites from "../letters/LetterWrites.ts"
import * as LogAppend from "../log/LogAppend.ts"
import * as LogRows from "../log/LogRows.ts"
import * as StatusWrites from "../statuses/StatusWrites.ts"
import * as AdmissionWrite from "./AdmissionWrite.ts"
import * as ClearWrite from "./ClearWrite.ts"
import * as InstanceWrites from "./InstanceWrites.ts"
import * as KeyWrite from "./KeyWrite.ts"

export const ALL: ReadonlyArray<AnyWrite> = [
  FileTrouble.probe,
  AdmissionWrite.admit,
  ClearWrite.clear,
  KeyWrite.use,
  EventLogRows.append,
  EventLogRows.commit,
  FoldWrite.fold,
  LogAppend.append,
  LogRows.commit,
  ...InstanceWrites.writes,
  ...LetterWrites.writes,
  ...MarkRows.writes,
  ...StatusWrites.writes
]
