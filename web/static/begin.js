// Choosing who gives and who receives.

import { ask, Refusal } from "./page.js";
import { chooser, goods_in, is_plate, places_in } from "./choose.js";

const form = document.getElementById("begin");
const trouble = document.getElementById("begin-error");
const bound_field = document.getElementById("bound-field");

for (const name of ["giver", "receiver", "bound"]) chooser(form[name]);

const show_bound = () => { bound_field.hidden = !is_plate(form.receiver.value); };
form.addEventListener("chosen", (event) => {
  show_bound();
  const next = { giver: form.receiver, receiver: bound_field.hidden ? form.querySelector("button") : form.bound };
  (next[event.target.name] ?? form.querySelector("button")).focus();
});
form.receiver.addEventListener("input", show_bound);
show_bound(); // typed while the page was loading

async function begin(giver, receiver, bound) {
  trouble.hidden = true;
  try {
    const { draft } = await ask("POST", "/api/drafts", { giver, receiver, bound, ...goods_in(form.goods) });
    location.assign(`/scan/${draft}`);
  } catch (error) {
    if (!(error instanceof Refusal)) return;
    trouble.textContent = error.message;
    trouble.hidden = false;
  }
}

// A missing receiver, or a vehicle's missing destination, is asked about once: it may not be known yet, but nobody shall forget it.
let asked_for = null;
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const receiver = form.receiver.value.trim();
  const missing = receiver ? !bound_field.hidden && !form.bound.value.trim() && form.bound : form.receiver;
  if (missing && asked_for !== receiver) {
    asked_for = receiver;
    trouble.textContent = form.dataset[missing.name];
    trouble.hidden = false;
    return missing.focus();
  }
  begin(form.giver.value, form.receiver.value, bound_field.hidden ? [] : places_in(form.bound.value));
});
for (const button of document.querySelectorAll(".again-as"))
  button.addEventListener("click", () =>
    begin(button.dataset.giver, button.dataset.receiver, button.dataset.bound.split(" ").filter(Boolean)));
