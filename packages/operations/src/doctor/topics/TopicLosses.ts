/** Settings of a topic that lose records: in words, and how they are mended. Pure. */
import type { KafkaFacts, TopicSettings } from "@flash-sale/infra/facts/KafkaFacts"

type Losses = TopicSettings["losses"]

/** The command that mends them. */
export const alter = ({ address }: KafkaFacts, topic: string, losses: Losses): string => {
  const values = losses.map(({ must, name }) => `${name}=${must}`).join(",")
  const which = `--bootstrap-server ${address} --alter --entity-type topics --entity-name ${topic}`
  return `kafka-configs.sh ${which} --add-config ${values}`
}

export const inWords = (losses: Losses): string =>
  losses.map(({ is, must, name, orMore }) => `${name} is ${is}, not ${must}${orMore ? " or more" : ""}`).join(", ")
