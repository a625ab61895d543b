import * as KafkaInfra from "@flash-sale/infra/kafka/KafkaInfra"
import { Layer } from "effect"
import * as LogReaderContract from "../../contract/LogReaderContract.ts"
import * as MissingRecordsContract from "../../contract/MissingRecordsContract.ts"
import { kafkaAddr, needed } from "../../servers/servers.ts"
import * as MarkedLog from "./MarkedLog.ts"
import { settingsAt } from "./TestSettings.ts"

const address = needed(kafkaAddr())
const settings = settingsAt(address)
const marked = settingsAt(address)

LogReaderContract.suite("Kafka", Layer.merge(KafkaInfra.layerReader(settings), KafkaInfra.layer(settings)))
MissingRecordsContract.suite(
  "Kafka",
  Layer.merge(KafkaInfra.layerReader(marked), KafkaInfra.layer(marked)),
  (partition) => MarkedLog.mark(marked, partition)
)
