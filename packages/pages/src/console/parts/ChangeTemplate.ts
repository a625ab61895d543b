/** The dialog of a change, from what it shows. */
import { html, nothing, type TemplateResult } from "lit"
import type { Change, Effects, Values } from "./Change.ts"
import { fields } from "./ChangeFields.ts"
import { refused, type Shown } from "./Panels.ts"

/** The longest reason, in characters: the engine's bound. */
const MAX_REASON = 500

export interface Progress {
  readonly done: number
  readonly total: number
}

export interface ShownChange {
  readonly change: Change
  readonly values: Values
  readonly reason: string
  readonly told: Effects
  readonly progress: Progress | undefined
  readonly isBusy: boolean
  /** Whether nothing may be typed: what was sent may be sent again as it is. */
  readonly isLocked: boolean
  readonly failure: unknown
  readonly onValue: (name: string, value: string) => void
  readonly onReason: (reason: string) => void
  readonly onSend: () => void
  readonly onClose: () => void
}

const progressBar = (progress: Progress | undefined): Shown =>
  progress === undefined
    ? nothing
    : html`<progress max=${progress.total} value=${progress.done} aria-label="Done"></progress>
      <p class="small muted">${progress.done} of ${progress.total}</p>`

const effects = (told: Effects): Shown =>
  told.kind === "missing"
    ? html`<p class="muted">${told.why}</p>`
    : html`<ul>${told.lines.map((line) => html`<li>${line}</li>`)}</ul>`

const reason = ({ isLocked, onReason, reason }: ShownChange): TemplateResult =>
  html`
    <div class="field">
      <label for="change-reason">Reason, for whoever asks later</label>
      <input id="change-reason" type="text" maxlength=${MAX_REASON} required autocomplete="off"
        ?disabled=${isLocked} .value=${reason}
        @input=${({ target }: Event) => onReason((target as HTMLInputElement).value)}>
    </div>
  `

const buttons = ({ change, failure, isBusy, isLocked, onClose, reason, told }: ShownChange): TemplateResult => {
  const isReady = told.kind === "effects" && reason.trim() !== "" && !isBusy
  const words = isBusy ? "Sending…" : isLocked ? "Send the same again" : change.action
  return html`
    <div class="buttons">
      <button type="button" class="quiet" @click=${onClose}>
        ${isBusy || failure !== undefined ? "Close" : "Cancel"}</button>
      <button type="submit" class=${change.isDestructive === true ? "danger" : "main"} ?disabled=${!isReady}>
        ${words}</button>
    </div>
  `
}

export const template = (shown: ShownChange): TemplateResult => {
  const { change, failure, isLocked, onClose, onSend, onValue, progress, told, values } = shown
  const submit = (event: Event) => {
    event.preventDefault()
    onSend()
  }
  return html`
    <dialog aria-labelledby="change-title" @cancel=${onClose}>
      <form @submit=${submit}>
        <h2 id="change-title">${change.title}</h2>
        ${fields(change.fields ?? [], values, isLocked, onValue)}
        <div class="effects" role="status">${effects(told)} ${progressBar(progress)}</div>
        ${reason(shown)}
        ${failure === undefined ? nothing : refused(failure)}
        ${buttons(shown)}
      </form>
    </dialog>
  `
}
