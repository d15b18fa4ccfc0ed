// The guide of the first run: what is typed outlives a refresh, but for passphrases; what is wrong stands beside its field.

import { ask, is_lost, Refusal } from "./page.js";
import { send_all, show_wrong, tell_refusal } from "./work.js";

const form = document.getElementById("first"), outcome = document.getElementById("first-outcome");
const told = document.getElementById("first-file-told");
const KEPT = "serah-first";
const typed = () => [...form.elements].filter((field) => field.name && !["password", "file"].includes(field.type));

// --- kept over a refresh ------------------------------------------------------------------------------------------------

function keep() {
  const said = { told: told.textContent };
  for (const field of typed()) if (field.type !== "radio" || field.checked) said[field.name] = field.value;
  sessionStorage.setItem(KEPT, JSON.stringify(said));
}
function restore() {
  const said = JSON.parse(sessionStorage.getItem(KEPT) ?? "{}");
  for (const field of typed()) {
    if (field.type === "radio") field.checked = (said.kind ?? "root") === field.value;
    else field.value = said[field.name] ?? field.value;
  }
  show_told(said.told);
}
function show_told(text = "") {
  told.textContent = text;
  told.hidden = !text;
}
const fit = () => { for (const part of form.querySelectorAll("[data-for]")) part.hidden = part.dataset.for !== form.kind.value; };
form.addEventListener("input", keep);
form.addEventListener("change", fit);
restore();
fit();

// --- what is wrong with a field -------------------------------------------------------------------------------------------

const show_lines = (lines) => {
  show_wrong(form, lines);
  if (lines.found && !form.querySelector("[aria-invalid]")) form.files.focus();
};

// --- the warehouse's card or bundle ---------------------------------------------------------------------------------------

async function find_root(leading, beside) {
  show_lines({});
  try {
    const found = await ask("POST", "/api/first/root", await leading());
    form.root.value = found.root;
    form.election.value = found.election;
    form.hub.value = found.hub || form.hub.value;
    show_told(`${told.dataset.words.replace("…", found.station)} ${found.words}`);
  } catch (error) {
    form.upload.value = "";
    show_told();
    show_lines({ [beside]: error instanceof Refusal ? error.message : form.dataset.failed });
  }
  keep();
}

form.files.addEventListener("change", () => {
  form.upload.value = "";
  if (!form.files.files.length) { show_told(); return keep(); }
  find_root(async () => {
    [form.upload.value] = await send_all(form.files, form.dataset.sending, show_told);
    show_told(form.dataset.reading);
    return { upload: form.upload.value };
  }, "found");
});

form.hub.addEventListener("change", () => {
  if (!form.hub.value.trim()) return;
  show_told(told.dataset.asking);
  find_root(() => ({ hub: form.hub.value }), "hub");
});

// --- beginning ------------------------------------------------------------------------------------------------------------

function set_busy(is_busy) { for (const button of document.querySelectorAll("main button")) button.disabled = is_busy; }

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const said = Object.fromEntries([...new FormData(form)].filter(([name]) => name !== "files"));
  if (said.kind === "root" && !said.passphrase && !document.getElementById("first-open").checked) return show_lines({ passphrase: form.dataset.unlocked });
  set_busy(true);
  outcome.textContent = form.dataset.working;
  try {
    const { page } = await ask("POST", "/api/first", { ...said, upload: said.upload || null });
    sessionStorage.removeItem(KEPT);
    location.assign(page);
  } catch (error) {
    outcome.replaceChildren();
    const fields = error instanceof Refusal && error.answer.fields;
    if (fields) show_lines(fields); else tell_refusal(outcome, error, form.dataset.failed);
    set_busy(false);
  }
});

const practise = document.getElementById("practise"), practising = document.getElementById("practise-outcome");
practise.addEventListener("click", async () => {
  set_busy(true);
  practising.textContent = practising.dataset.working;
  try {
    location.assign((await ask("POST", "/api/first/practice", {})).page);
  } catch (error) {
    if (is_lost(error)) practising.textContent = practising.dataset.failed; else tell_refusal(practising, error, practising.dataset.failed);
    set_busy(false);
  }
});

// --- putting a lost station back --------------------------------------------------------------------------------------------

const lost = document.getElementById("restore"), putting = document.getElementById("restore-outcome");
lost.addEventListener("submit", async (event) => {
  event.preventDefault();
  const say = (words) => { putting.textContent = words; };
  set_busy(true);
  show_wrong(lost, {});
  try {
    const uploads = await send_all(lost.elements.copies, lost.dataset.sending, say);
    const [key = null] = await send_all(lost.elements.key, lost.dataset.sending, say);
    const sheets = await send_all(lost.elements.sheets, lost.dataset.sending, say), words = lost.elements.words.value;
    say(lost.dataset.working);
    const said = Object.fromEntries(["passphrase", "name", "place"].map((one) => [one, lost.elements[`restore-${one}`].value]));
    location.assign((await ask("POST", "/api/first/restore", { uploads, key, sheets, words, ...said })).page);
  } catch (error) {
    putting.replaceChildren();
    const fields = error instanceof Refusal && error.answer.fields;
    if (fields) show_wrong(lost, Object.fromEntries(Object.entries(fields).flatMap(([name, line]) => [[name, line], [`restore-${name}`, line]])));
    else tell_refusal(putting, error, lost.dataset.failed);
    set_busy(false);
  }
});
