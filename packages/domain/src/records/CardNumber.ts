/** Numbers of payment cards: they must never be stored, so the contract refuses them (docs/payments.md). */

/** What people write between the digits: white space and dashes of any kind. */
const SEPARATORS = /[\s\p{Pd}]+/gu
/** As long as the numbers of cards are (ISO/IEC 7812). */
const CARD_DIGITS = /^\d{13,19}$/
const LEAST_LENGTH = 13

/** The last digit of a card's number is chosen so that this sum ends in 0 (Luhn): every second digit counts double. */
const luhnSum = (digits: string): number => {
  let sum = 0
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits[digits.length - 1 - index])
    const counted = index % 2 === 0 ? digit : digit * 2
    sum += counted > 9 ? counted - 9 : counted
  }
  return sum
}

/** Whether a text is the number of a card: 13 to 19 digits, spaces and dashes aside, whose check digit is right. */
export const isCardNumber = (text: string): boolean => {
  if (text.length < LEAST_LENGTH) return false
  const digits = text.replace(SEPARATORS, "")
  return CARD_DIGITS.test(digits) && luhnSum(digits) % 10 === 0
}
