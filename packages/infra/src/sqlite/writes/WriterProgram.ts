/** The program of the thread that writes an engine's file. */
import * as WriterThread from "../database/writer/WriterThread.ts"
import * as EngineWrites from "./EngineWrites.ts"

WriterThread.serve(EngineWrites.ALL)
