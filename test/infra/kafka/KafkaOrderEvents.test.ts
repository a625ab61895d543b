/** What only Kafka's order events promise: the topic, and what is wrong with one. */
import * as KafkaInfra from "@flash-sale/infra/kafka/KafkaInfra"
import * as OrderEventsContract from "../../contract/OrderEventsContract.ts"
import { kafkaAddr, needed } from "../../servers/servers.ts"
import { settingsAt } from "./TestSettings.ts"

const address = needed(kafkaAddr())

OrderEventsContract.suite("Kafka", KafkaInfra.layerEvents(settingsAt(address), true))
