import type { Stroke } from './stroke.ts'

/** Keys that were played again. */
export interface Played {
  /**
   * Takes back what they wrote.
   * @returns how many of them, counted from the first, are to be left alone because one did what cannot be taken back
   */
  takeBack(): number
}

export const nothingPlayed: Played = { takeBack: () => 0 }

/** Marks keys that were held and are played again, so that they are not held a second time. */
export const replays = new WeakSet<Event>()

type Field = HTMLInputElement | HTMLTextAreaElement

const isField = (element: Element | null): element is Field =>
  (element instanceof HTMLInputElement && /^(text|search|password|url|tel)$/.test(element.type)) ||
  element instanceof HTMLTextAreaElement

export const writable = (element: Element | null) =>
  (isField(element) && !element.readOnly && !element.disabled) ||
  (element instanceof HTMLElement && element.isContentEditable)

/** What a key did, as a way to take it back; false where there is none. */
type TakeBack = () => boolean
const didNothing: TakeBack = () => true
const didSomething: TakeBack = () => false

/** Plays held keys again where the focus is: as keys, and in a field as the characters they write. */
export function replay(strokes: readonly Stroke[]): Played {
  const deeds = strokes.map(({ key, code, shift }): TakeBack => {
    const target = document.activeElement ?? document.body
    const init = { key, code, shiftKey: shift, bubbles: true, cancelable: true, composed: true }
    const wanted = play(target, new KeyboardEvent('keydown', init))
    const deed = wanted ? (key.length === 1 ? write(target, key) : didNothing) : didSomething
    play(target, new KeyboardEvent('keyup', init))
    return deed
  })
  return {
    takeBack() {
      // The last first: each finds the field as it left it.
      const stays = deeds.toReversed().findIndex((takeBack) => !takeBack())
      return stays === -1 ? 0 : deeds.length - stays
    },
  }
}

function play(target: Element, event: KeyboardEvent): boolean {
  replays.add(event)
  return target.dispatchEvent(event)
}

function write(target: Element, data: string): TakeBack {
  if (!writable(target)) return didNothing
  const init = { data, inputType: 'insertText', bubbles: true, composed: true }
  if (!target.dispatchEvent(new InputEvent('beforeinput', { ...init, cancelable: true }))) return didNothing
  if (!isField(target)) return didSomething
  const { selectionStart, selectionEnd, maxLength, value: before } = target
  const start = selectionStart ?? before.length
  const end = selectionEnd ?? before.length
  if (maxLength >= 0 && before.length - (end - start) >= maxLength) return didNothing
  target.setRangeText(data, start, end, 'end')
  target.dispatchEvent(new InputEvent('input', init))
  const after = target.value
  return () => {
    if (!target.isConnected || target.value !== after) return false
    target.setRangeText(before.slice(start, end), start, start + data.length, 'end')
    target.dispatchEvent(new InputEvent('input', { inputType: 'historyUndo', bubbles: true, composed: true }))
    return true
  }
}
