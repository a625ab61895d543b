/**
 * The users of Redis and of Kafka have the rights that their work needs, and no others: what the adapters and the
 * scripts ask for is in the lists from which the rights are derived, and documents and deployments show what is
 * derived. With `--print` it prints the lines for them.
 */
import * as UserRights from "../packages/infra/src/redis/rights/UserRights.ts"
import { type User, USERS } from "../packages/infra/src/redis/rights/Users.ts"
import { checkCommands, checkOperations, MODULES } from "./rights/Adapters.ts"
import { KAFKA_RIGHTS, type KafkaUser, optionsOf } from "./rights/KafkaRights.ts"
import { checkCalls, checkKeys, isForbidden, textOf } from "./rights/Scripts.ts"
import { lineAt, type Source, sources } from "./Source.ts"
import { report, type Violation } from "./Violation.ts"

const USERS_FILE = "deploy/redis/users.acl"
const RUNBOOK = "docs/operations.md"
const names = Object.keys(USERS) as ReadonlyArray<User>
const kafkaNames = Object.keys(KAFKA_RIGHTS) as ReadonlyArray<KafkaUser>

/** The line that makes a user of Redis. */
export const lineOf = (user: User, ofScript: UserRights.TextOf): string =>
  `ACL SETUSER ${user} ${UserRights.rules(user, "password", ofScript).join(" ")}`

/** The lines that give a user its rights at Kafka. */
export const kafkaLinesOf = (user: KafkaUser): ReadonlyArray<string> =>
  KAFKA_RIGHTS[user].map((right) => `kafka-acls.sh ${optionsOf(user, right)}`)

/** Lines about users that are not among those expected. */
const strangersIn = ({ path, text }: Source, expected: ReadonlyArray<string>): ReadonlyArray<Violation> =>
  Array.from(text.matchAll(/^[^\S\n]*((?:ACL SETUSER|kafka-acls\.sh) .*?)[^\S\n]*$/gm))
    .filter(([, line = ""]) => !expected.includes(line))
    .map(({ index }) => ({
      path,
      line: lineAt(text, index),
      rule: "users",
      message: "is not what is derived: node scripts/check-rights.ts --print"
    }))

/** The file in which Redis has the users: a line of each is what is derived, as an ACL file writes it. */
export const checkUsersFile = ({ path, text }: Source, expected: ReadonlyArray<string>): ReadonlyArray<Violation> => {
  const lines = expected.filter((line) => line.startsWith("ACL SETUSER")).map((line) =>
    line.replace("ACL SETUSER", "user")
  )
  return lines.filter((line) => !text.split("\n").includes(line)).map((line) => ({
    path,
    line: 1,
    rule: "users",
    message: `does not say: ${line}`
  }))
}

/** What the runbook does not show, and what documents and deployments show otherwise. */
export const checkShown = (
  shown: ReadonlyArray<Source>,
  expected: ReadonlyArray<string>
): ReadonlyArray<Violation> => {
  const lines = shown.find(({ path }) => path === RUNBOOK)?.text.split("\n") ?? []
  return [
    ...shown.flatMap((source) => strangersIn(source, expected)),
    ...expected.filter((line) => !lines.includes(line)).map((line) => ({
      path: RUNBOOK,
      line: 1,
      rule: "users",
      message: `does not show: ${line}`
    }))
  ]
}

if (import.meta.main) {
  const scripts = sources("lua/*.lua")
  const pieces = sources("lua/lib/*.lua")
  const ofScript = textOf(scripts, pieces)
  const expected = [...names.map((user) => lineOf(user, ofScript)), ...kafkaNames.flatMap(kafkaLinesOf)]
  const forbidden = names.flatMap((user) =>
    UserRights.of(user, ofScript).filter(({ word }) => isForbidden(word)).map(({ word }) => ({
      path: "packages/infra/src/redis/rights/Users.ts",
      line: 1,
      rule: "rights",
      message: `${word} is given to no user, and ${user} would have it`
    }))
  )
  if (process.argv.includes("--print")) process.stdout.write(`${expected.join("\n")}\n`)
  report("rights", [
    ...checkCommands(sources("packages/infra/src/redis/**/*.ts")),
    ...checkOperations(sources(...MODULES)),
    ...scripts.flatMap(checkKeys),
    ...[...scripts, ...pieces].flatMap(checkCalls),
    ...forbidden,
    ...sources(USERS_FILE).flatMap((file) => checkUsersFile(file, expected)),
    ...checkShown(
      sources("README.md", "docs/**/*.md", "deploy/**/*.{yaml,yml,md,sh,acl}", "docker-compose.yml"),
      expected
    )
  ])
}
