// The review: keeps what is typed in the session, and records it once.

import { ask, follow, part, Refusal, sound_the_alarm } from "./page.js";
import { opening } from "./board.js";
import { record } from "./recording.js";
import { sound } from "./sounds.js";
import { signing } from "./sign.js";
import { CALM_MS, catch_labels, is_by_scanner } from "./wedge.js";

const form = document.getElementById("record"), trouble = document.getElementById("record-error");
const button = document.getElementById("record-button"), label = button?.textContent;
const api = `/api/drafts/${form.dataset.draft}`;

/** What is wrong with a field, by the name that stands above it. */
const fault_in = (field, words) =>
  Object.assign(new Refusal(422, { error: `${field.labels[0].firstChild.textContent.trim()} ${words}` }), { field });

/** A field as a whole number, null where it is empty. Throws a Refusal where it is neither, and marks the field. */
function whole(field) {
  const text = field.value.trim(), is_whole = /^\d{0,6}$/.test(text);
  field.removeAttribute("aria-invalid");
  if (!is_whole) {
    field.setAttribute("aria-invalid", "true");
    throw fault_in(field, form.dataset.notWhole);
  }
  return text === "" ? null : Number(text);
}

/** What stands in the form. A line of things without a label that is half filled in is left out, or refused where `is_all`. */
function said(is_all = false) {
  const extras = [...document.querySelectorAll(".extra")].map((row) => {
    const [kind, count, note] = ["kind", "count", "note"].map((name) => row.querySelector(`[data-extra="${name}"]`));
    return { kind: kind.value.trim(), count: whole(count), note: note.value.trim() };
  });
  const is_half = ({ kind, count, note }) => !(kind && count) && Boolean(kind || count || note);
  const half = is_all ? extras.findIndex(is_half) : -1;
  if (half >= 0) throw fault_in(document.querySelectorAll('[data-extra="kind"]')[half], form.dataset.half);
  return { ...Object.fromEntries(new FormData(form)), counted: whole(form.counted),
    extras: extras.filter(({ kind, count }) => kind && count) };
}

document.getElementById("extra-more").addEventListener("click", () => {
  const rows = document.querySelectorAll(".extra"), number = rows.length + 1;
  if (rows.length >= Number(document.getElementById("extras").dataset.most)) return;
  const row = rows[0].cloneNode(true);
  for (const each of row.querySelectorAll("[data-extra]")) {
    each.id = `extra-${each.dataset.extra}-${number}`;
    each.value = "";
    each.previousElementSibling.htmlFor = each.id;
  }
  rows[rows.length - 1].after(row);
  row.querySelector('[data-extra="kind"]').focus();
});

function tell(text, kind = "wrong") {
  trouble.textContent = text;
  trouble.className = `notice ${kind}`;
  trouble.hidden = !text;
}

/** Keeps what is typed, one after the other; whether it is kept. */
let settled = Promise.resolve();
const settle = () => (settled = settled.then(async () => {
  try {
    await ask("PUT", `${api}/said`, said());
    tell("");
    return true;
  } catch (error) {
    tell(error instanceof Refusal ? error.message : "");
    return false;
  }
}));
if (document.getElementById("found"))
  opening(document.getElementById("found"), `/scan/${form.dataset.draft}`, { more: "&reviewed=1" });
const renew = signing(form.dataset.draft, settle);
form.addEventListener("change", async () => { await settle(); renew(); }); // what was refused stands nowhere


// --- recording: asked once where names are missing or something is critical ------------------------------------------

const sure = document.getElementById("sure"), reasons = document.getElementById("sure-reasons");
let agreed = "", opened = 0, is_recording = false;

/** Whether it is to be recorded as it stands now; what is missing and critical, the server says. */
async function is_sure() {
  const html = await part(`/scan/${form.dataset.draft}/reasons`);
  if (!html.trim() || html === agreed) return true;
  reasons.innerHTML = html; // rendered and escaped by our own server
  sure.returnValue = "";
  sure.showModal();
  opened = performance.now();
  sound("wrong");
  await new Promise((done) => sure.addEventListener("close", done, { once: true }));
  if (sure.returnValue !== "go") return false;
  agreed = html;
  return true;
}
document.getElementById("sure-go").addEventListener("click", (event) => {
  if (is_by_scanner(event) || event.timeStamp - opened < CALM_MS) return; // the second press of a double click
  sure.close("go");
});

function wait_no_more() {
  is_recording = button.disabled = false;
  button.textContent = label;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!button || button.disabled) return;
  button.disabled = true;
  await settled; // Enter in a field changes it first: that must not reach the server after the record
  tell("");
  const { state, page, error } = await record(api, form.dataset.version, {
    said: () => said(true), is_sure,
    sends: () => { is_recording = true; button.textContent = form.dataset.recording; },
    waits: () => tell(form.dataset.notKnown, "watch"),
  });
  if (state === "recorded") return location.replace(page);
  if (state === "dropped") return end(form.dataset.dropped, true);
  wait_no_more();
  if (state === "unsure") return ([form.giver_name, form.receiver_name].find(({ value }) => !value.trim()) ?? button).focus();
  if (state === "unknown") return tell(`${form.dataset.notKnown} ${error.message}`, "watch"); // one more press records nothing twice
  tell(`${form.dataset.notRecorded} ${error instanceof Refusal ? error.message : ""}`);
  error.field?.closest("details")?.setAttribute("open", "");
  error.field?.focus();
  error.field?.scrollIntoView({ block: "center" });
  renew();
  if (error.status === 409) setTimeout(() => location.reload(), 4000);
});

// Nothing is recorded by Enter in a field, for a scanner presses Enter too: it leads to the next field, and never to the button.
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("input")) return;
  event.preventDefault();
  const fields = [...form.querySelectorAll("input, select, textarea")].filter((each) => !each.closest("details:not([open])"));
  fields[fields.indexOf(event.target) + 1]?.focus();
});
function tell_stray() {
  tell(form.dataset.stray);
  document.activeElement?.scrollIntoView({ block: "center" }); // what is told stands below it
  sound("wrong");
}
catch_labels(tell_stray, document);
button?.addEventListener("click", (event) => {
  if (!is_by_scanner(event)) return;
  event.preventDefault();
  tell_stray();
});
// A name that is offered is kept like one that was typed, and so is what was typed before this script had come.
const is_written = [...form.elements].some((each) => each.defaultValue !== undefined && each.value !== each.defaultValue);
if (form.giver_name.dataset.offered || is_written) settle().then(renew);
if (!form.contains(document.activeElement)) // else somebody writes there already
  (form.giver_name.value ? form.receiver_name : form.giver_name).focus({ preventScroll: true }); // what was found stands above it, and is read first

// Asked in a dialog of the page: in one of the browser's, the Enter of a scanner would agree.
const forget = document.getElementById("forget");
document.getElementById("drop")?.addEventListener("click", (event) => (is_by_scanner(event) ? tell_stray() : forget.showModal()));
document.getElementById("forget-go").addEventListener("click", async (event) => {
  if (is_by_scanner(event)) return tell_stray();
  forget.close();
  try {
    await ask("DELETE", api);
    location.assign("/");
  } catch (error) {
    if (error instanceof Refusal) tell(error.message);
  }
});

// --- news: what is reviewed here may change or end elsewhere ------------------------------------------------------

const { hear, close } = follow(`/scan/${form.dataset.draft}/news`, form.dataset.mark);
const is_changed = () => { document.getElementById("stale").hidden = false; };

hear("outcome", ({ kind }) => { if (["taken", "put_out", "place", "said"].includes(kind)) is_changed(); });
hear("changed", ({ version }) => { if (version !== form.dataset.version) is_changed(); renew(); });
hear("missed", renew);
hear("recorded", () => end(form.dataset.recorded));
hear("dropped", () => end(form.dataset.dropped));

function end(words, is_known = false) {
  close();
  if (is_recording && !is_known) return; // it was this page that recorded it
  if (button) button.disabled = true;
  sound_the_alarm(words);
  setTimeout(() => location.reload(), 2500); // the server knows where it has gone
}
