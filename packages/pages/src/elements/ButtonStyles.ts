/** The look of the button and of what stands around it. */
import { css } from "lit"

export const styles = css`
  :host {
    container-type: inline-size;
  }
  .frame {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--fs-space-3);
  }
  .top {
    display: flex;
    flex-wrap: wrap;
    gap: var(--fs-space-2) var(--fs-space-5);
    justify-content: space-between;
    min-height: 4.75rem;
  }
  .figure {
    font-size: var(--fs-figure);
    font-weight: 700;
    line-height: 1.15;
    letter-spacing: -0.02em;
    font-variant-numeric: tabular-nums;
  }
  .amount {
    font-size: min(var(--fs-figure), 9cqi);
    overflow-wrap: break-word;
  }
  .unit {
    font-size: var(--fs-large);
    font-weight: 500;
    letter-spacing: 0;
    color: var(--fs-muted);
  }
  .old .figure {
    color: var(--fs-muted);
  }
  .bar {
    display: block;
    width: 100%;
    height: 0.5rem;
    border-radius: 0.25rem;
  }
  .bar .all {
    fill: var(--fs-sunken);
  }
  .bar .left {
    fill: var(--fs-accent);
  }
  .bar .held {
    fill: color-mix(in oklab, var(--fs-accent) 35%, var(--fs-sunken));
  }
  .steps {
    display: grid;
    grid-template-columns: repeat(3, 1fr);
    gap: var(--fs-space-2);
    margin: 0;
    padding: 0;
    list-style: none;
    font-size: var(--fs-small);
    color: var(--fs-muted);
    min-height: 1.75rem;
  }
  .steps[hidden] {
    visibility: hidden;
  }
  .steps li {
    border-top: 3px solid var(--fs-sunken);
    padding-top: var(--fs-space-1);
  }
  .steps li[aria-current] {
    border-color: var(--fs-accent);
    color: var(--fs-ink);
    font-weight: 600;
  }
  .steps li.done {
    border-color: var(--fs-good);
  }
  .message {
    min-height: 5rem;
    padding: var(--fs-space-3) var(--fs-space-4);
    border-radius: var(--fs-radius);
    background: var(--fs-sunken);
  }
  .message.none {
    background: transparent;
  }
  .message.good {
    background: var(--fs-good-soft);
  }
  .message.warn {
    background: var(--fs-warn-soft);
  }
  .message.bad {
    background: var(--fs-bad-soft);
  }
  .message strong {
    font-variant-numeric: tabular-nums;
  }
  .good strong {
    color: var(--fs-good);
  }
  .warn strong {
    color: var(--fs-warn);
  }
  .bad strong {
    color: var(--fs-bad);
  }
  .link {
    min-height: 1.25rem;
  }
  .link.muted::before {
    content: "";
    display: inline-block;
    width: 0.5rem;
    height: 0.5rem;
    margin-inline-end: 0.4rem;
    border-radius: 50%;
    background: var(--fs-good);
  }
  .link.stale::before {
    background: var(--fs-warn);
  }
`
