// The sounds of the terminal: one high tone says taken, two say taken already, one that falls says taken out again,
// three low ones that something is wrong; a short low one that a label is seen and what keeps it from being read.

const TONES = {
  aim: [[380, 0, 0.07, "sine"]],
  ok: [[1760, 0, 0.12, "sine"]],
  again: [[880, 0, 0.09, "sine"], [880, 0.14, 0.09, "sine"]],
  undone: [[1175, 0, 0.13, "sine"], [587, 0.13, 0.2, "sine"]],
  wrong: [[311, 0, 0.15, "square"], [247, 0.15, 0.15, "square"], [185, 0.3, 0.26, "square"]],
};
let context = null, tell = () => {}, is_on = localStorage.getItem("serah-sound") !== "off";

export const sound_is_on = () => is_on;

export function switch_sound(on) {
  is_on = on;
  localStorage.setItem("serah-sound", on ? "on" : "off");
}

// Browsers allow sound only after somebody has touched the page, or the page before it.
const unlock = () => {
  context ??= new AudioContext();
  context.onstatechange = () => tell();
  if (context.state !== "running") context.resume().catch(() => {});
};
for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, unlock, { capture: true });
if (navigator.userActivation?.hasBeenActive) unlock();

export const sound_is_locked = () => context?.state !== "running";

/** Calls `then` when the browser begins or ceases to let this page sound. */
export function when_unlocked(then) { tell = then; }

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
