// Who is at this screen: choosing a name and typing its PIN, on a page of its own or over the page that is open, which stays as it
// is. The screen locks when nobody has touched it, and nothing was scanned, for a while.

import { ask, part, Refusal } from "./page.js";

const at_work = document.getElementById("at-work"), dialog = document.getElementById("who-dialog");
let is_locked = false, is_stale = false;

function use_form(entered) {
  const form = document.getElementById("who"), wrong = document.getElementById("who-wrong");
  const show = (line) => { wrong.textContent = line; wrong.hidden = !line; };
  for (const radio of form.querySelectorAll("[name=name]"))
    radio.addEventListener("click", () => { show(""); form.pin.value = ""; form.pin.focus(); });
  const first = form.querySelector("[name=name]:checked");
  (first ? form.pin : form.querySelector("[name=name]"))?.focus();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const name = form.querySelector("[name=name]:checked");
    if (!name) { form.querySelector("[name=name]")?.focus(); return; }
    try {
      entered(await ask("POST", "/api/who", { name: name.value, pin: form.pin.value }), form.dataset);
    } catch (error) {
      show(error instanceof Refusal ? error.message : form.dataset.failed);
      form.pin.select();
    }
  });
  const own = document.getElementById("own-pin-form"), told = document.getElementById("own-told");
  own?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const [old, pin, again] = ["old", "pin", "again"].map((one) => own.elements[one].value);
    let is_kept = false;
    try {
      told.textContent = (await ask("POST", "/api/who/pin", { old, pin, again })).words;
      is_kept = true;
      own.reset();
    } catch (error) {
      told.textContent = error instanceof Refusal ? error.message : form.dataset.failed;
    }
    told.hidden = false;
    for (const [look, is_it] of [["right", is_kept], ["wrong", !is_kept]]) told.classList.toggle(look, is_it);
  });
  document.getElementById("lock")?.addEventListener("click", lock);
  document.getElementById("who-close")?.addEventListener("click", () => dialog.close());
}

async function lock() {
  await ask("POST", "/api/who/lock", {});
  if (dialog) over_the_page(true); else location.reload();
}

async function over_the_page(locked) {
  if (is_locked && dialog.open) return;
  is_locked = locked;
  const html = await part("/who?dialog=1");
  if (dialog.open && dialog.classList.contains("locked") === locked) return; // asked for twice at once: a PIN that is begun stays
  dialog.innerHTML = html; // rendered and escaped by the server
  dialog.classList.toggle("locked", locked);
  dialog.setAttribute("closedby", locked ? "none" : "closerequest"); // older browsers: see "cancel" and "close" below
  if (!dialog.open) dialog.showModal();
  use_form(({ name }) => {
    is_locked = false;
    at_work.textContent = name;
    dialog.close();
    if (is_stale) location.reload();
  });
}

if (dialog) {
  at_work.addEventListener("click", (event) => { event.preventDefault(); over_the_page(false); });
  dialog.addEventListener("cancel", (event) => { if (is_locked) event.preventDefault(); });
  dialog.addEventListener("close", () => { if (is_locked) dialog.showModal(); }); // a second Escape closes it all the same
  addEventListener("serah-locked", () => over_the_page(true));
  addEventListener("serah-closed", () => { is_stale = true; ask("GET", "/api/places").then(() => { is_stale = false; }, () => {}); });
  let timer = 0;
  const touched = () => { clearTimeout(timer); timer = setTimeout(lock, Number(at_work.dataset.idleS) * 1000); };
  for (const kind of ["pointerdown", "keydown", "wheel", "serah-heard"]) addEventListener(kind, touched, { capture: true, passive: true });
  touched();
} else if (document.getElementById("who")) {
  use_form(({ page }, { back }) => location.assign(page === "/" ? back : page));
}
