/**
 * Delays the re-join of the consumer group until the workers of the revoked partitions have finished.
 *
 * **Details**: the consumer library reports a rebalance only while it already joins again. But it asks its partition
 * assigner for the join's contents first, and retries where that fails as in a rebalance. So an assigner that fails
 * until the workers are done lets them finish and commit while the group still waits for this member.
 */
import { type PartitionAssigner, PartitionAssigners } from "kafkajs"

/** The type of error after which the library retries the join. */
const TRY_AGAIN = "REBALANCE_IN_PROGRESS"

class PartitionsOwned extends Error {
  readonly type = TRY_AGAIN
  constructor() {
    super("The partitions are being handed over")
  }
}

export interface RebalanceGate {
  /** The library's own assigner, which joins only when nothing is owned. */
  readonly assigner: PartitionAssigner
  /** From now on partitions are owned. */
  readonly joined: () => void
  /** The workers are done: nothing is owned any more. */
  readonly done: () => void
}

/** Calls `onRebalance` once when the library wants to join again while partitions are owned. */
export const make = (onRebalance: () => void): RebalanceGate => {
  let state: "none" | "owned" | "revoking" = "none"
  const mayJoin = (): boolean => {
    if (state === "owned") {
      state = "revoking"
      onRebalance()
    }
    return state === "none"
  }
  return {
    joined: () => {
      state = "owned"
    },
    done: () => {
      state = "none"
    },
    assigner: (config) => {
      const roundRobin = PartitionAssigners.roundRobin(config)
      return {
        name: roundRobin.name,
        version: roundRobin.version,
        assign: (group) => roundRobin.assign(group),
        protocol: (subscription) => {
          if (!mayJoin()) throw new PartitionsOwned()
          return roundRobin.protocol(subscription)
        }
      }
    }
  }
}
