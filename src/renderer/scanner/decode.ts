import type { ScannerSettings } from '../../model/desk.ts'
import { characterOf } from './layout.ts'
import { type Stroke, controlCharacter, isAltDigit } from './stroke.ts'

/** `]`, a letter, a letter or digit: scanners may say before the text which kind of barcode it was. */
const AIM_ID = /^\][A-Za-z][0-9A-Za-z]/

/** The text of a burst: as printed on the label, whatever layout this PC has and whatever the scanner put around it. */
export function decodeScan(strokes: readonly Stroke[], settings: ScannerSettings): string {
  return clean(rawText(strokes, settings), settings.prefix)
}

/** Every character, control characters too. */
export function rawText(strokes: readonly Stroke[], settings: ScannerSettings): string {
  let text = ''
  let code = ''
  const writeCode = () => {
    if (code !== '') text += String.fromCharCode(Number(code))
    code = ''
  }
  for (const stroke of strokes) {
    if (stroke.key === 'Alt') writeCode()
    else if (isAltDigit(stroke)) code += stroke.code.slice(-1)
    else {
      writeCode()
      text += controlCharacter(stroke) ?? characterOf(stroke, settings) ?? ''
    }
  }
  writeCode()
  return text
}

/** Without AIM id, prefix and control characters. The prefix may stand before the AIM id or after it. */
function clean(raw: string, prefix: string): string {
  let text = raw
  if (prefix !== '' && text.startsWith(prefix)) text = text.slice(prefix.length)
  text = text.replace(/\p{Cc}/gu, '').replace(AIM_ID, '')
  const visible = prefix.replace(/\p{Cc}/gu, '')
  if (visible !== '' && raw.startsWith(']') && text.startsWith(visible)) text = text.slice(visible.length)
  return text.trim()
}
