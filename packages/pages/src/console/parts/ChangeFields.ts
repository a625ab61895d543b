/** The fields of a change, as they are typed. */
import { html, nothing, type TemplateResult } from "lit"
import { utcOf } from "../words/Moments.ts"
import type { Field, Values } from "./Change.ts"

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone

/** A moment is typed in the reader's zone: what that is in UTC is beside. */
const inUtc = (text: string): string => {
  const millis = new Date(text).getTime()
  return Number.isNaN(millis) ? zone : `${zone}: ${utcOf(millis)}`
}

const input = (field: Field, value: string, isLocked: boolean, onInput: (value: string) => void): TemplateResult => {
  const typed = ({ target }: Event) => onInput((target as HTMLInputElement).value)
  if (field.kind === "choice") {
    return html`
      <select id="change-${field.name}" ?disabled=${isLocked} @change=${typed}>
        ${
      field.choices!.map(([choice, words]) =>
        html`<option value=${choice} .selected=${choice === value}>${words}</option>`
      )
    }
      </select>
    `
  }
  const isMoment = field.kind === "moment"
  return html`<input id="change-${field.name}" type=${isMoment ? "datetime-local" : "text"} .value=${value}
    step=${isMoment ? "1" : nothing} inputmode=${field.kind === "number" ? "numeric" : nothing}
    autocomplete="off" ?disabled=${isLocked} @input=${typed}>`
}

export const fields = (
  all: ReadonlyArray<Field>,
  values: Values,
  isLocked: boolean,
  onInput: (name: string, value: string) => void
): TemplateResult =>
  html`${
    all.filter(({ isAsked }) => isAsked?.(values) ?? true).map((field) => {
      const value = values[field.name] ?? ""
      const hint = field.kind === "moment" ? inUtc(value) : field.hint
      return html`
        <div class="field">
          <label for="change-${field.name}">${field.label}</label>
          <div class="typed">
            ${input(field, value, isLocked, (typed) => onInput(field.name, typed))}
            ${field.unit === undefined ? nothing : html`<span class="muted">${field.unit}</span>`}
          </div>
          ${hint === undefined ? nothing : html`<p class="small muted">${hint}</p>`}
        </div>
      `
    })
  }`
