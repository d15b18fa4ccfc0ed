// Long work: files are sent first, then it is begun, its progress shown, and its answer put into its place.

import { ask, part, Refusal, say_gone } from "./page.js";

const token = document.querySelector('meta[name="serah-token"]').content;

/** Sends a file to be looked at; gives its id. `tell` hears how many bytes of how many have gone. (fetch tells no progress.) */
function upload(file, tell) {
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/uploads?name=${encodeURIComponent(file.name.slice(-200) || "file")}`);
    for (const [name, value] of [["X-Serah-Token", token], ["Content-Type", "application/octet-stream"], ["Accept", "application/json"]])
      request.setRequestHeader(name, value);
    request.responseType = "json";
    request.upload.onprogress = (event) => tell(event.loaded, event.total);
    request.onerror = request.onabort = () => { say_gone(true); fail(new TypeError("no answer")); };
    request.onload = () => {
      say_gone(false);
      if (request.status === 201) done(request.response.upload);
      else fail(new Refusal(request.status, request.response ?? { error: request.statusText }));
    };
    request.send(file);
  });
}

/** Sends the files of a field one after the other, each time anew, for they may have been mended meanwhile; gives their ids. */
export async function send_all(field, words, tell) {
  const sent = [];
  for (const file of field.files)
    sent.push(await upload(file, (done, total) => tell(words.replace("…", file.name.slice(0, 80)), done, total)));
  return sent;
}

/** Puts parts of a page into their places again, as the server renders them now. */
export async function renew_part(path, ...ids) {
  const page = new DOMParser().parseFromString(await part(path), "text/html");
  for (const id of ids) document.getElementById(id).replaceWith(page.getElementById(id) ?? "");
}

/** Asks a question in the page's dialog `sure`; gives whether it was answered with yes. */
export async function is_sure(question) {
  const dialog = document.getElementById("sure");
  document.getElementById("sure-title").textContent = question;
  dialog.returnValue = "";
  dialog.showModal();
  await new Promise((done) => dialog.addEventListener("close", done, { once: true }));
  return dialog.returnValue === "go";
}

// --- fields for files: what was chosen, in the page's own words -----------------------------------------------------

function show_chosen(input) {
  const names = [...input.files].map((file) => file.name), shown = input.parentElement.querySelector(".chosen");
  shown.textContent = names.length ? names.join(", ") : shown.dataset.none;
}
for (const input of document.querySelectorAll(".file input")) {
  input.addEventListener("change", () => show_chosen(input));
  show_chosen(input); // a browser that came back may have kept them
}

/** Takes the chosen files out of a field again. */
export function clear_files(input) {
  input.value = "";
  show_chosen(input);
}

/** Begins some work and waits for it; `tell` is given what is being done, and how much of how much. */
export async function work(path, body, tell = () => {}) {
  let answer = await ask("POST", path, body);
  while (answer.state === "running") {
    tell(answer.label, answer.done, answer.total);
    answer = await ask("GET", `/api/jobs/${answer.job}?wait=0.4`);
  }
  return answer;
}

/**
 * A form whose work is long. While it is done its buttons are off and a bar shows how far it is; then the answer, or why there
 * is none, stands in `.outcome`.
 *   body(form, button, tell): what is sent, or null to send nothing; `tell` shows how far its files have gone
 */
export function work_form(form, body, then = () => {}) {
  const outcome = document.getElementById(form.dataset.outcome);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.dataset.busy) return;
    const button = event.submitter ?? form.querySelector("button[type=submit]");
    const path = button?.dataset.path ?? form.dataset.path;
    set_busy(form, true);
    show_wrong(form, {});
    tell_working(outcome, form.dataset.working);
    try {
      const sent = await body(form, button, (...how_far) => tell_working(outcome, ...how_far));
      if (sent === null) { outcome.replaceChildren(); return; }
      tell_working(outcome, form.dataset.working); // all files have gone
      const answer = await work(path, sent, (...how_far) => tell_working(outcome, ...how_far));
      outcome.innerHTML = answer.page; // rendered and escaped by the server
      then(answer, outcome);
    } catch (error) {
      const fields = error instanceof Refusal && error.answer.fields;
      if (!fields) tell_refusal(outcome, error, form.dataset.failed);
      if (error.status === 409 && path !== form.dataset.path) await look_again(form, body, then, outcome);
      set_busy(form, false);
      if (fields) { outcome.replaceChildren(); show_wrong(form, fields); return; }
    } finally {
      set_busy(form, false);
      if (document.activeElement === document.body) button?.focus({ preventScroll: true }); // a button that is off loses the focus
    }
    outcome.focus({ preventScroll: true });
    outcome.scrollIntoView({ block: "nearest" });
  });
}

/** What was shown has changed meanwhile: it is shown as it is now, below the line that says so; what was typed stays. */
async function look_again(form, body, then, outcome) {
  const line = outcome.firstElementChild;
  try {
    const answer = await work(form.dataset.path, await body(form, null, () => {}));
    outcome.innerHTML = answer.page; // rendered and escaped by the server
    outcome.prepend(line);
    then(answer, outcome);
  } catch { /* the line says what to do */ }
}

function set_busy(form, is_busy) {
  form.toggleAttribute("data-busy", is_busy);
  if (is_busy) form.dataset.busy = "yes";
  for (const button of form.querySelectorAll("button")) button.disabled = is_busy;
}

function tell_working(place, label, done = 0, total = 0) {
  let bar = place.querySelector("progress.working");
  if (!bar) {
    bar = document.createElement("progress");
    bar.className = "working";
    const words = document.createElement("p");
    words.setAttribute("role", "status");
    words.className = "working-words";
    place.replaceChildren(words, bar);
  }
  if (label) {
    place.querySelector(".working-words").textContent = label;
    bar.setAttribute("aria-label", label);
  }
  if (total) { bar.max = total; bar.value = Math.min(done, total); } else bar.removeAttribute("value");
}

/** Shows beside each field of a form, by the `data-field` around it, what is wrong there; and none where nothing is. */
export function show_wrong(form, lines) {
  for (const part of form.querySelectorAll("[data-field]")) {
    const line = lines[part.dataset.field] ?? "", place = part.querySelector(".wrong");
    place.textContent = line;
    place.hidden = !line;
    const input = part.querySelector("input, select, textarea");
    if (!input) continue;
    if (line) input.setAttribute("aria-invalid", "true"); else input.removeAttribute("aria-invalid");
  }
  form.querySelector("[aria-invalid]")?.focus();
}

export function tell_refusal(place, error, failed) {
  const notice = document.createElement("div"), line = document.createElement("p");
  notice.className = "notice wrong";
  notice.setAttribute("role", "alert");
  line.textContent = error instanceof Refusal ? error.message : failed;
  notice.append(line);
  const faults = error instanceof Refusal ? error.answer.faults ?? [] : [];
  if (faults.length) {
    const list = document.createElement("ol");
    list.className = "faults";
    list.append(...faults.map((fault) => Object.assign(document.createElement("li"), { textContent: fault })));
    notice.append(list);
  }
  place.replaceChildren(notice);
  place.focus({ preventScroll: true }); // the button that was pressed was off meanwhile
  if (!(error instanceof Refusal)) console.warn(error);
}
