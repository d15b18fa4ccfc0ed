// Three sounds that are told apart with closed eyes: taken is one high tone, again two short low ones, wrong a long buzz.

const TONES = {
  ok: [[1320, 0, 0.14, "sine"]],
  again: [[520, 0, 0.09, "sine"], [520, 0.15, 0.09, "sine"]],
  wrong: [[155, 0, 0.55, "square"]],
};
let context = null, is_on = localStorage.getItem("serah-sound") !== "off";

export const sound_is_on = () => is_on;

export function switch_sound(on) {
  is_on = on;
  localStorage.setItem("serah-sound", on ? "on" : "off");
}

// Browsers allow sound only after somebody has touched the page.
for (const touch of ["pointerdown", "keydown"])
  addEventListener(touch, () => { context ??= new AudioContext(); context.resume(); }, { capture: true });

export function sound(name) {
  document.documentElement.dataset.sound = name;
  if (!is_on || !context || context.state !== "running") return;
  for (const [pitch, after, length, shape] of TONES[name] ?? []) {
    const start = context.currentTime + after, tone = context.createOscillator(), volume = context.createGain();
    tone.type = shape;
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(shape === "square" ? 0.25 : 0.5, start);
    volume.gain.exponentialRampToValueAtTime(0.001, start + length);
    tone.connect(volume).connect(context.destination);
    tone.start(start);
    tone.stop(start + length);
  }
}
