/** Styles that all elements share: the tokens, texts, and what can be pressed. */
import { css, unsafeCSS } from "lit"
import { TOKENS } from "../design/Tokens.ts"

/** The tokens, which a shop overrides by rules of its own page. */
export const tokens = css`
  :host {
    ${unsafeCSS(TOKENS)};
    display: block;
    color: var(--fs-ink);
    font: var(--fs-body)/1.5 var(--fs-font);
    overflow-wrap: anywhere;
  }
  *,
  ::before,
  ::after {
    box-sizing: border-box;
  }
  h1,
  h2,
  p,
  dl,
  dd {
    margin: 0;
  }
  .muted {
    color: var(--fs-muted);
  }
  .small {
    font-size: var(--fs-small);
  }
  .figures {
    font-variant-numeric: tabular-nums;
  }
  .hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`

export const pressed = css`
  button,
  .button {
    appearance: none;
    border: 1px solid transparent;
    border-radius: var(--fs-radius);
    padding: 0.8125rem var(--fs-space-5);
    min-height: 3.25rem;
    font: 600 1.0625rem/1.3 var(--fs-font);
    text-align: center;
    text-wrap: balance;
    hyphens: auto;
    cursor: pointer;
    font-variant-numeric: tabular-nums;
    background: var(--fs-accent);
    color: var(--fs-on-accent);
  }
  button:hover {
    background: var(--fs-accent-strong);
  }
  button[aria-disabled="true"],
  button[aria-disabled="true"]:hover {
    background: var(--fs-sunken);
    color: var(--fs-muted);
    cursor: default;
  }
  button.quiet {
    background: transparent;
    color: var(--fs-ink);
    border-color: var(--fs-line);
    font-weight: 500;
  }
  button.quiet:hover {
    background: var(--fs-sunken);
  }
  :focus-visible {
    outline: 3px solid var(--fs-accent);
    outline-offset: 2px;
  }
  a {
    color: var(--fs-accent);
    text-underline-offset: 0.2em;
  }
  @media (prefers-reduced-motion: no-preference) {
    button {
      transition: background-color 120ms;
    }
  }
`
