/** The dialog of a change, from what it shows. */
import { html, nothing, type TemplateResult } from "lit"
import { countOf } from "../../sale/TimeLeft.ts"
import type { Effects, Progress } from "./Change.ts"
import { fields } from "./ChangeFields.ts"
import type { OpenChange } from "./OpenChange.ts"
import { refused, type Shown } from "./Panels.ts"

/** The longest reason, in characters: the engine's bound. */
const MAX_REASON = 500

export interface DialogEvents {
  readonly onSend: () => void
  /** Is asked to close it. */
  readonly onClose: () => void
  /** The browser has closed it. */
  readonly onClosed: (event: Event) => void
}

const progressBar = (progress: Progress | undefined): Shown =>
  progress === undefined
    ? nothing
    : html`<progress max=${progress.total} value=${progress.done} aria-label="Done"></progress>
      <p class="small muted">${countOf(progress.done)} of ${countOf(progress.total)}</p>`

const effects = (told: Effects): Shown =>
  told.kind === "missing"
    ? html`<p class="muted">${told.why} ${
      told.link === undefined ? nothing : html`<a href=${told.link.href}>${told.link.words}</a>`
    }</p>`
    : html`<ul>${told.lines.map((line) => html`<li>${line}</li>`)}</ul>`

const reason = (current: OpenChange): TemplateResult =>
  html`
    <div class="field">
      <label for="change-reason">Reason, for whoever asks later <span class="muted">(required)</span></label>
      <input id="change-reason" type="text" maxlength=${MAX_REASON} required pattern=".*\\S.*" title="Say why"
        autocomplete="off" ?disabled=${current.isLocked} .value=${current.reason}
        @input=${({ target }: Event) => current.giveReason((target as HTMLInputElement).value)}>
    </div>
  `

/** What is sent is not called back: only what is sent in parts can be stopped between them. */
const away = (current: OpenChange, onClose: () => void): TemplateResult => {
  const { change, failure, isSending, isStopped } = current
  if (isSending && change.isInParts === true) {
    return html`<button type="button" class="quiet" ?disabled=${isStopped} @click=${() => current.stop()}>
        ${isStopped ? "Stopping…" : "Stop"}</button>`
  }
  return html`<button type="button" class="quiet" ?disabled=${isSending} @click=${onClose}>
        ${failure === undefined ? "Cancel" : "Close"}</button>`
}

const buttons = (current: OpenChange, onClose: () => void): TemplateResult => {
  const { change, isLocked, isSending } = current
  // Where the reason alone is missing the browser leads to its field.
  const isReady = current.told.kind === "effects" && !isSending
  const words = isSending ? "Sending…" : isLocked ? "Send the same again" : change.action
  return html`
    <div class="buttons">
      ${away(current, onClose)}
      <button type="submit" class=${change.isDestructive === true ? "danger" : "main"} ?disabled=${!isReady}
        aria-describedby="change-effects">
        ${words}</button>
    </div>
  `
}

export const template = (current: OpenChange, { onClose, onClosed, onSend }: DialogEvents): TemplateResult => {
  const { change, failure, isLocked, progress, told, values } = current
  const submit = (event: Event) => {
    event.preventDefault()
    onSend()
  }
  const cancel = (event: Event) => {
    event.preventDefault()
    onClose()
  }
  return html`
    <dialog aria-labelledby="change-title" @cancel=${cancel} @close=${onClosed}>
      <form @submit=${submit}>
        <h2 id="change-title">${change.title}</h2>
        ${fields(change.fields ?? [], values, isLocked, (name, value) => current.type(name, value))}
        <div class="effects" id="change-effects" role="status">${effects(told)} ${progressBar(progress)}</div>
        ${reason(current)}
        ${failure === undefined ? nothing : refused(failure)}
        ${current.doubt === undefined ? nothing : html`<p class="stale" role="status">${current.doubt}</p>`}
        ${buttons(current, onClose)}
      </form>
    </dialog>
  `
}
