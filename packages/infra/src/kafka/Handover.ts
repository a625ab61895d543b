/**
 * The moment before this process joins the group again, which is when it gives up its partitions.
 *
 * **Details**: the consumer library tells of a rebalance only as it already joins again. But it asks its partition
 * assigner for the join's contents first, and tries again later where that fails as in a rebalance: so an assigner that
 * fails until the workers are done lets them finish and commit while the group still waits for this member.
 */
import { type PartitionAssigner, PartitionAssigners } from "kafkajs"

/** By this type the library knows that the join is to be tried again in a moment. */
const TRY_AGAIN = "REBALANCE_IN_PROGRESS"

class StillWorking extends Error {
  readonly type = TRY_AGAIN
  constructor() {
    super("The partitions are being handed over")
  }
}

/** The library's own assigner, which joins only once `mayJoin` says so. */
export const assigner = (mayJoin: () => boolean): PartitionAssigner => (config) => {
  const roundRobin = PartitionAssigners.roundRobin(config)
  return {
    name: roundRobin.name,
    version: roundRobin.version,
    assign: (group) => roundRobin.assign(group),
    protocol: (subscription) => {
      if (!mayJoin()) throw new StillWorking()
      return roundRobin.protocol(subscription)
    }
  }
}
