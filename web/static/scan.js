// One session: sends what is typed, hears what came of it, and never says that something was taken before it was.

import { ask, follow, part, Refusal, soon, sound_the_alarm } from "./page.js";
import { opening, put_in_place, whereabouts } from "./board.js";
import { chooser, goods_in, is_plate, places_in } from "./choose.js";
import { second_scanner } from "./devices.js";
import { own_eye, show_advice } from "./eye.js";
import { mark_of, sender, tell_waiting } from "./lines.js";
import { note_seal, show_chosen, things } from "./things.js";
import { sound, sound_is_locked, sound_is_on, switch_sound, when_unlocked } from "./sounds.js";
import { catch_labels, catch_scanner, pace } from "./wedge.js";

const BOARD_PAUSE_MS = 120;
const PICTURE_PAUSE_MS = 1000;
const $ = (id) => document.getElementById(id);
const scan = $("scan"), field = $("line"), last = $("last"), board = $("board");
const api = `/api/drafts/${scan.dataset.draft}`;
const is_device = Boolean(scan.dataset.device);
let is_over = false;

// Where the focus goes when nothing else needs it. A phone would unfold its keyboard over the picture.
const rest = () => { if (!is_device) field.focus(); };

// --- what came of it -----------------------------------------------------------------------------------------

let is_alarm = false; // an alarm about what is in the list: undoing it is the first thing to think of

// Of this device alone: what came of another's scan is said in a line of its own, with its name and without a sound. Its
// trouble is the station's to see, and no other device's. What was changed for all of them is everybody's.
function show(outcome) {
  renew();
  if (outcome.kind === "put_out") chosen.delete(outcome.code.replace(/-/g, ""));
  if (outcome.by === scan.dataset.seer || outcome.is_for_all) return show_own(outcome);
  if ($("taken")) $("taken").textContent = outcome.right.toLocaleString(document.documentElement.lang);
  if (is_device && !["taken", "put_out"].includes(outcome.kind)) return;
  const other = $("other"), code = ["taken", "again"].includes(outcome.kind) ? outcome.code : "";
  other.className = `other ${mark_of(outcome)}`;
  other.textContent = `${outcome.seen_by || scan.dataset.station}: ${[outcome.text, code, outcome.remark].filter(Boolean).join(" · ")}`;
  other.hidden = false;
  fit();
}

// In new elements, for it is a new saying: what was said before is not moved aside.
function say(said) {
  for (const name of ["text", "code", "remark", "advice"]) {
    const part = $(`last-${name}`).cloneNode();
    part.textContent = said[name] ?? "";
    $(`last-${name}`).replaceWith(part);
  }
  fit();
}

// Where more is said than has room, the keyboard reaches it and scrolls.
function fit() {
  const told = last.parentElement;
  if (told.scrollHeight > told.clientHeight) told.tabIndex = 0;
  else told.removeAttribute("tabindex");
}

function show_own(outcome) {
  last.className = `last ${mark_of(outcome)}`;
  is_alarm = outcome.beep === "wrong" && outcome.kind === "taken";
  void last.offsetWidth; // so that the same line lights up again
  last.classList.add("fresh");
  say({ ...outcome, code: ["taken", "again"].includes(outcome.kind) ? outcome.code : "" });
  if ($("taken")) $("taken").textContent = outcome.right.toLocaleString(document.documentElement.lang);
  sound(outcome.beep);
  if (outcome.serial) note_seal(outcome.code, outcome.serial);
}

// What to do next is the strong button: first to see something, then to review it.
function lead() {
  const is_begun = $("taken").dataset.all !== "0";
  $("review").classList.toggle("main", is_begun && !is_alarm);
  $("undo").classList.toggle("main", is_alarm);
  $("camera-start").classList.toggle("main", !is_begun);
  const { last: code, lastShown } = $("taken").dataset; // which one it takes out, of this device's own, stands on the button
  $("undo").dataset.code = code;
  $("undo-code").textContent = lastShown;
}

// The camera is let go first: what is reviewed must not grow while somebody reads it.
async function review() {
  if (!$("count").dataset.ends) return ask_ends(scan.dataset.who);
  if ($("camera-start").hidden) await (is_own ? eye.stop() : ask("DELETE", `${api}/camera`).catch(() => {}));
  location.assign($("review").href);
}
$("review").addEventListener("click", (event) => { event.preventDefault(); review(); });

const renew = soon(async () => {
  const html = await part(`/scan/${scan.dataset.draft}/board`);
  while (document.querySelector("#board button:active, #board summary:active")) await new Promise((go) => setTimeout(go, 40)); // or the press is lost
  const focused = board.contains(document.activeElement) ? whereabouts(document.activeElement) : "";
  put_in_place(board, html);
  if (focused) (board.querySelector(focused) ?? field).focus();
  lead();
  show_pause();
  show_chosen(board, chosen);
}, BOARD_PAUSE_MS);
opening(board, `/scan/${scan.dataset.draft}`, { then: () => show_chosen(board, chosen) });

// --- typing and USB scanners -------------------------------------------------------------------------------------

const pace_of = pace();
const { take: send, hear: learn, forget } = sender(api, scan.dataset, { show, show_in, then: (outcome, line, is_burst) => {
  if (outcome.kind === "finish") review(); // here alone: another scanner goes on
  if (!is_burst && ["not_understood", "bad_check"].includes(outcome.kind)) correct(line);
} });
$("untaken-seen").addEventListener("click", () => rest());

// The server that took it was restarted, and this one finds it in the list.
function show_in(line) {
  last.className = "last right fresh";
  say({ text: scan.dataset.isIn.replace("…", line.slice(0, 60)) });
  sound("ok");
  renew();
}

// What somebody mistyped stands there again to be corrected, all of it chosen: what is scanned next takes its place.
function correct(line) {
  if (field.value || document.querySelector("dialog[open]")) return;
  field.value = line;
  field.select();
}

function take(line, how) {
  if (!is_over) send(line, how);
}

$("entry").addEventListener("submit", (event) => {
  event.preventDefault();
  take(field.value, pace_of(field.value));
  field.value = "";
});
$("undo").addEventListener("click", ({ currentTarget: { dataset } }) => { take(dataset.code ? `-${dataset.code}` : "undo"); rest(); });

catch_scanner(field, { is_fresh: false });
catch_labels((label) => take(label));
addEventListener("focus", () => { if (document.activeElement === document.body) rest(); });
document.addEventListener("click", (event) => {
  if (!event.target.closest("a, button, input, select, textarea, summary, dialog") && !getSelection().toString()) rest();
});

// --- news ----------------------------------------------------------------------------------------------------------

const { hear, close } = follow(`/scan/${scan.dataset.draft}/news`, scan.dataset.mark, renew);
hear("missed", () => { forget(); renew(); });
hear("outcome", learn);
hear("changed", renew);
hear("camera", (told) => { if (!is_own) show_camera(told); });
hear("recorded", () => end(scan.dataset.recorded));
hear("dropped", () => end(scan.dataset.dropped));

function end(words) {
  is_over = true;
  eye.stop();
  close();
  field.disabled = true;
  sound_the_alarm(words);
  setTimeout(() => location.reload(), 2500); // the server knows where it has gone
}

// --- the camera ------------------------------------------------------------------------------------------------------

const picture = $("picture"), words = $("camera-words"), choice = $("camera-choice");
const OWN = "own", RAN = "serah-camera"; // RAN: under this name the browser keeps which camera ran last
let is_own = is_device; // whether it is the browser's own camera that runs, or is to run

const picture_path = () => `/scan/${scan.dataset.draft}/picture?${Date.now()}`;

function show_camera({ state, words: said, advice, aim }) {
  const before = picture.closest("section").dataset.state;
  picture.closest("section").dataset.state = state;
  const is_running = ["opening", "on", "lost"].includes(state);
  show_advice(words, { state, words: said || words.dataset[state], advice, aim });
  if ((state === "lost" || state === "failed") && state !== before) sound("wrong");
  if (!is_own && (is_running && !picture.src || state === "opening")) picture.src = picture_path();
  if (is_own || state === "off" || state === "failed") picture.removeAttribute("src");
  picture.hidden = !picture.src;
  $("camera-start").hidden = is_running;
  $("camera-stop").hidden = !is_running;
  $("shoot").hidden = state !== "on";
}

picture.addEventListener("error", () => { // the stream broke off: asked for again while there is a camera
  if (!picture.src || !["opening", "on", "lost"].includes(picture.closest("section").dataset.state)) return;
  setTimeout(() => { if (picture.src) picture.src = picture_path(); }, PICTURE_PAUSE_MS);
});

const eye = own_eye(api, $("own"), $("outlines"),
  (state, reason = "", advice = "", aim = "") => { if (is_own) show_camera({ state, words: words.dataset[reason] ?? "", advice, aim }); });

async function run_camera(method, body) {
  try { await ask(method, `${api}/camera`, body); }
  catch (error) { if (error instanceof Refusal) show_camera({ state: "failed", words: error.message }); }
}
async function start_camera() {
  is_own = is_device || choice.value === OWN;
  await (is_own ? eye.start() : run_camera("POST", { camera: choice.value }));
}
$("camera-start").addEventListener("click", async () => {
  localStorage.setItem(RAN, is_device ? OWN : choice.value);
  await start_camera();
  rest();
});
$("camera-stop").addEventListener("click", async () => {
  localStorage.removeItem(RAN);
  await (is_own ? eye.stop() : run_camera("DELETE"));
  rest();
});

// Whoever scanned with a camera before finds it running, in the next session and after a reload; but it is taken from
// no other session, and no browser asks for leave unless somebody has pressed.
async function start_as_before() {
  const ran = localStorage.getItem(RAN), state = picture.closest("section").dataset.state;
  if (ran === null || (!is_own && state !== "off")) return;
  if (ran === OWN) {
    const leave = await navigator.permissions?.query({ name: "camera" }).catch(() => null);
    if (leave?.state !== "granted") return;
  } else if (!picture.closest("section").dataset.free) return;
  if (!is_device) choice.value = ran;
  if (is_device || choice.value === ran) await start_camera();
}
if (is_device) {
  show_camera({ state: "off" });
  start_as_before();
} else {
  show_camera({ state: picture.closest("section").dataset.state, words: words.textContent });
  fetch("/api/cameras").then((answer) => answer.json()).then((cameras) => {
    const listed = cameras.map(({ number, name }) => new Option(name || String(number), String(number)));
    choice.replaceChildren(...(listed.length ? listed : [new Option(choice.dataset.first, "")]), new Option(choice.dataset.own, OWN));
    choice.hidden = false;
    return start_as_before();
  }).catch(() => {});
}

// --- pause -------------------------------------------------------------------------------------------------------------

const pause = $("pause");
function show_pause() {
  const is_paused = Boolean($("is-paused"));
  pause.textContent = is_paused ? pause.dataset.resume : pause.dataset.pause;
  pause.classList.toggle("main", is_paused);
  pause.dataset.paused = is_paused ? "1" : "";
}
pause.addEventListener("click", async () => {
  try { await ask("PUT", `${api}/pause`, { paused: !pause.dataset.paused }); }
  catch (error) { if (error instanceof Refusal) tell_waiting(error.message, "wrong"); }
  rest();
});
show_pause();

// --- who gives and who receives --------------------------------------------------------------------------------------

for (const button of document.querySelectorAll("dialog .close"))
  button.addEventListener("click", () => button.closest("dialog").close());
for (const each of document.querySelectorAll("dialog")) each.addEventListener("close", () => rest());

const ends = $("ends"), ends_form = $("ends-form");
for (const name of ["giver", "receiver", "bound"]) chooser(ends_form[name]);
const show_bound = () => { $("bound-field").hidden = !is_plate(ends_form.receiver.value); };
ends_form.addEventListener("input", show_bound);
ends_form.addEventListener("chosen", show_bound);
function ask_ends(why = "") {
  if (is_device) return tell_waiting(scan.dataset.elsewhere);
  $("ends-error").textContent = why;
  $("ends-error").hidden = !why;
  show_bound();
  ends.showModal();
  (ends_form.giver.value ? ends_form.receiver : ends_form.giver).focus();
}
board.addEventListener("click", (event) => { if (event.target.closest("#ends-open")) ask_ends(); });
ends_form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!$("bound-field").hidden && !ends_form.bound.value.trim() && $("ends-error").textContent !== ends_form.dataset.bound) {
    $("ends-error").textContent = ends_form.dataset.bound; // asked once: it may not be known yet
    $("ends-error").hidden = false;
    return ends_form.bound.focus();
  }
  try {
    await ask("PUT", `${api}/ends`, { giver: ends_form.giver.value, receiver: ends_form.receiver.value,
      bound: $("bound-field").hidden ? null : places_in(ends_form.bound.value), ...goods_in(ends_form.goods) });
    ends.close();
  } catch (error) {
    $("ends-error").textContent = error instanceof Refusal ? error.message : "";
    $("ends-error").hidden = !(error instanceof Refusal);
  }
});

if ($("devices")) second_scanner(scan.dataset.draft, hear);

// --- what is said of things -----------------------------------------------------------------------------------------

const chosen = new Set();
things($("board"), {
  api, chosen, draft: scan.dataset.draft,
  shoot: async () => (is_own ? eye.shoot() : ask("POST", `${api}/camera/photo`)),
  put_out: async (code) => learn(await ask("DELETE", `${api}/items/${code}`)),
  then: rest,
});

// --- sound --------------------------------------------------------------------------------------------------------------

const sound_button = $("sound");
const show_sound = () => {
  const { words, locked } = sound_button.dataset;
  sound_button.setAttribute("aria-checked", String(sound_is_on()));
  $("sound-words").textContent = sound_is_on() && sound_is_locked() ? locked : words;
};
let was_locked = false; // the press that lets the browser sound shall not switch it off
for (const touch of ["pointerdown", "keydown"])
  sound_button.addEventListener(touch, () => { was_locked = sound_is_on() && sound_is_locked(); });
sound_button.addEventListener("click", () => {
  if (!was_locked) switch_sound(!sound_is_on());
  was_locked = false;
  show_sound();
  sound("ok");
  rest();
});
when_unlocked(show_sound);
show_sound();
lead();
rest();
