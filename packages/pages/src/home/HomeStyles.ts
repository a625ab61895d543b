/** The look of the first page. */
import { css } from "lit"

export const styles = css`
  main {
    display: grid;
    gap: var(--fs-space-6);
    max-width: 44rem;
    margin: 0 auto;
    padding: clamp(1.5rem, 6vw, 5rem) clamp(1rem, 4vw, 2.5rem);
  }
  h1 {
    font-size: var(--fs-title);
    line-height: 1.15;
    letter-spacing: -0.02em;
    margin-bottom: var(--fs-space-2);
  }
  h2 {
    font-size: var(--fs-body);
    margin-bottom: var(--fs-space-2);
  }
  dl,
  ul {
    display: grid;
    margin: 0;
    padding: 0;
    list-style: none;
    border: 1px solid var(--fs-line);
    border-radius: var(--fs-radius-large);
    background: var(--fs-surface);
    overflow: hidden;
  }
  dl > div,
  li > * {
    display: flex;
    flex-wrap: wrap;
    gap: 0 var(--fs-space-4);
    justify-content: space-between;
    padding: var(--fs-space-3) var(--fs-space-4);
    min-height: 3rem;
  }
  dl > div + div,
  li + li {
    border-top: 1px solid var(--fs-line);
  }
  li a {
    text-decoration: none;
  }
  li a:hover {
    background: var(--fs-sunken);
  }
  .good {
    color: var(--fs-good);
    font-weight: 600;
  }
  .bad {
    color: var(--fs-bad);
    font-weight: 600;
  }
  .items,
  .parts {
    min-height: 6rem;
  }
`
