import * as KafkaInfra from "@flash-sale/infra/kafka/KafkaInfra"
import { Layer } from "effect"
import * as LogReaderContract from "../../contract/LogReaderContract.ts"
import { kafkaAddr, needed } from "../../servers/servers.ts"
import { settingsAt } from "./TestSettings.ts"

const settings = settingsAt(needed(kafkaAddr()))

LogReaderContract.suite("Kafka", Layer.merge(KafkaInfra.layerReader(settings), KafkaInfra.layer(settings)))
