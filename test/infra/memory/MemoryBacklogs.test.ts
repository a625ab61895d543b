import * as MemoryBacklogs from "@flash-sale/infra/memory/MemoryBacklogs"
import * as BacklogsContract from "../../contract/BacklogsContract.ts"

BacklogsContract.suite("Memory", MemoryBacklogs.layer)
