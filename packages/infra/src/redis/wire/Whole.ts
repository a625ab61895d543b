/** Whole numbers in the texts that the scripts keep. */

/** A whole number as the scripts write it: another text of the same number is not theirs. */
export const whole = (text: string | undefined): number | undefined => {
  const number = Number(text)
  return Number.isSafeInteger(number) && String(number) === text ? number : undefined
}
