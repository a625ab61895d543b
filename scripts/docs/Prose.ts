/** A document with its fenced code blanked out: what is shown there is neither a link nor a file of ours. */
export const prose = (text: string): string =>
  text.replaceAll(/^(```|~~~)[^\n]*\n[\s\S]*?^\1/gm, (block) => block.replaceAll(/[^\n]/g, " "))
