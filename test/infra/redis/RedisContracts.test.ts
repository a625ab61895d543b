import * as IdempotencyKeysContract from "../../contract/IdempotencyKeysContract.ts"
import * as ItemStoreContract from "../../contract/ItemStoreContract.ts"
import * as LiveEventsContract from "../../contract/LiveEventsContract.ts"
import * as OrderStatusesContract from "../../contract/OrderStatusesContract.ts"
import * as RecoveryMarksContract from "../../contract/RecoveryMarksContract.ts"
import * as OwnRedis from "./OwnRedis.ts"

ItemStoreContract.suite("Redis", OwnRedis.layer)
RecoveryMarksContract.suite("Redis", OwnRedis.layer)
OrderStatusesContract.suite("Redis", OwnRedis.layer)
LiveEventsContract.suite("Redis", OwnRedis.layer)
IdempotencyKeysContract.suite("Redis", OwnRedis.layer)
