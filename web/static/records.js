// A form that records something: what is wrong stands beside its field and nothing typed is lost; what was recorded, is so once.

import { ask, ask_until_known, is_lost, Refusal } from "./page.js";
import { chooser } from "./choose.js";
import { own_camera } from "./eye.js";
import { sound } from "./sounds.js";
import { pace } from "./wedge.js";
import { clear_files, send_all, show_wrong, tell_refusal } from "./work.js";

const form = document.getElementById("record"), outcome = document.getElementById("record-outcome");
const chosen = form.querySelectorAll('input[role="combobox"]');
for (const input of chosen) chooser(input);

const fit = () => {
  for (const part of form.querySelectorAll("[data-fits]")) part.hidden = form.elements[part.dataset.fits].value !== part.dataset.value;
};
form.addEventListener("change", fit);
fit();

// What was shown before recording counts no longer once something is typed.
form.addEventListener("input", (event) => { if (form.dataset.looks !== undefined && !outcome.contains(event.target)) outcome.replaceChildren(); });

// --- codes: from a USB scanner, whose Enter ends a field and not the form, and from this browser's camera ------------------

const scanned = [...form.querySelectorAll("[data-scan]")], paced = pace();
let target = scanned[0];
form.addEventListener("focusin", (event) => { if (scanned.includes(event.target)) target = event.target; });
const go_on = (input) => {
  const fields = [...form.querySelectorAll("[data-field] :is(input, select, textarea)")].filter((one) => one.offsetParent);
  fields[fields.indexOf(input) + 1]?.focus();
};
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.target.dataset.scan !== "one" || !paced(event.target.value).is_burst) return;
  event.preventDefault();
  go_on(event.target);
});

function fill_in(text) {
  const has = target.value.split("\n").some((line) => line.trim().toUpperCase() === text.toUpperCase());
  if (target.dataset.scan === "many" ? has : target.value === text) return;
  target.value = target.dataset.scan === "many" ? `${target.value}${target.value && !target.value.endsWith("\n") ? "\n" : ""}${text}\n` : text;
  target.dispatchEvent(new Event("input", { bubbles: true }));
  sound("ok");
}
if (document.getElementById("form-camera")) {
  let before = new Set();
  const eye = own_camera("/api/records", ({ texts }) => {
    for (const text of texts) if (before.has(text)) fill_in(text); // read in two pictures, one behind the other
    before = new Set(texts);
  });
  document.getElementById("form-camera").addEventListener("toggle", (event) => { if (!event.target.open) eye.stop(); });
}

const field_of = (input) => input.closest("[data-field]").dataset.field;
const show = (words) => { outcome.textContent = words; };

async function typed() {
  const said = {}, files = {};
  for (const input of form.querySelectorAll("[data-field] :is(input, select, textarea)")) {
    if (input.type !== "file") said[field_of(input)] = input.value;
    else if (input.files.length) [files[field_of(input)]] = await send_all(input, form.dataset.sending, show);
  }
  return { typed: said, files };
}

// What was shown has changed meanwhile: it is shown as it is now, below the line that says so; what was typed stays.
async function look_again() {
  const line = outcome.firstElementChild;
  try {
    outcome.innerHTML = (await ask("POST", `${form.dataset.path}/look`, await typed())).page; // rendered and escaped by the server
    outcome.prepend(line);
  } catch { /* the line says what to do */ }
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const buttons = [...form.querySelectorAll("button")], version = event.submitter?.dataset.version ?? "";
  const is_looking = form.dataset.looks !== undefined && !version;
  const id = crypto.randomUUID();
  for (const button of buttons) button.disabled = true;
  show_wrong(form, {});
  try {
    const said = await typed();
    show(form.dataset.working);
    let answer;
    try {
      answer = await ask("POST", form.dataset.path + (is_looking ? "/look" : ""), { ...said, version, id });
    } catch (error) {
      if (!is_lost(error) || is_looking) throw error;
      answer = await ask_until_known(`${form.dataset.path}/asked`, { id });
      if (!answer.page) { show(form.dataset.notCome); return; }
      answer.done = true;
    }
    outcome.innerHTML = answer.page; // rendered and escaped by the server
    if (answer.done) {
      form.reset();
      for (const input of form.querySelectorAll("[type=file]")) clear_files(input);
      fit();
    }
    outcome.focus({ preventScroll: true });
    outcome.scrollIntoView({ block: "nearest" });
  } catch (error) {
    outcome.replaceChildren();
    const fields = error instanceof Refusal && error.answer.fields;
    if (fields) show_wrong(form, fields); else tell_refusal(outcome, error, form.dataset.failed);
    if (error.status === 409 && version) await look_again();
  } finally {
    for (const button of buttons) button.disabled = false;
  }
});
