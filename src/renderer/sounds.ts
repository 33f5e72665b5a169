import type { Verdict } from './verdict.ts'

/**
 * Made by the page itself: nothing to load. Apart by pitch, length and number, so that they are told from each other
 * beside a machine: done is high and short twice, already one middle tone, unknown and refused low and long.
 */
const melodies: Readonly<
  Record<Verdict['kind'], readonly (readonly [hertz: number, at_s: number, length_s: number])[]>
> = {
  ready: [],
  busy: [],
  done: [
    [1_320, 0, 0.07],
    [1_760, 0.09, 0.1],
  ],
  already: [[880, 0, 0.16]],
  note: [[880, 0, 0.16]],
  unknown: [
    [330, 0, 0.16],
    [330, 0.22, 0.16],
  ],
  refused: [[220, 0, 0.5]],
}

let context: AudioContext | undefined

export function playVerdict(kind: Verdict['kind'], volume: number): void {
  const melody = melodies[kind]
  if (melody.length === 0 || volume === 0) return
  try {
    context ??= new AudioContext()
    void context.resume()
    for (const [hertz, at_s, length_s] of melody) tone(context, hertz, at_s, length_s, volume)
  } catch {
    // A PC without sound still has colour, icon and word.
  }
}

function tone(audio: AudioContext, hertz: number, at_s: number, length_s: number, volume: number): void {
  const start = audio.currentTime + at_s
  const oscillator = new OscillatorNode(audio, { type: 'square', frequency: hertz })
  const gain = new GainNode(audio, { gain: 0 })
  // A square wave is loud for its level; ramps keep the ends from clicking.
  gain.gain.setValueAtTime(0, start)
  gain.gain.linearRampToValueAtTime(volume * 0.3, start + 0.005)
  gain.gain.setValueAtTime(volume * 0.3, start + length_s - 0.01)
  gain.gain.linearRampToValueAtTime(0, start + length_s)
  oscillator.connect(gain).connect(audio.destination)
  oscillator.start(start)
  oscillator.stop(start + length_s)
}
