/** Administrative requests to a broker, over a connection of their own each. */
import { type Admin, Kafka, logLevel } from "kafkajs"

/** Asks the broker at this address. The connection ends with the answer. */
export const administer = async <A>(address: string, what: (admin: Admin) => Promise<A>): Promise<A> => {
  const admin = new Kafka({ brokers: [address], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    return await what(admin)
  } finally {
    await admin.disconnect()
  }
}
