/** The answers to a batch of messages: as many as there are messages, in the same order. Pure. */
import { Exit } from "effect"

/** The bug of an answerer, who is named, that has given too few answers or too many; undefined where it has not. */
export const miscount = (name: string, answers: number, messages: number): Error | undefined =>
  answers === messages ? undefined : new Error(`${name}: ${answers} answers to ${messages} messages`)

/** What became of a batch, by the name of its answerer. */
export interface Answered<B, E> {
  readonly name: string
  readonly exit: Exit.Exit<ReadonlyArray<Exit.Exit<B, E>>, E>
  readonly messages: number
}

/** The answer to one message of a batch. A failure, a bug or a miscount is the answer to all of them. */
export const at = <B, E>({ exit, messages, name }: Answered<B, E>, index: number): Exit.Exit<B, E> => {
  if (Exit.isFailure(exit)) return Exit.failCause(exit.cause)
  const bug = miscount(name, exit.value.length, messages)
  return bug === undefined ? exit.value[index]! : Exit.die(bug)
}
