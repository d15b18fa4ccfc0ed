// The people who work here: named with role and PIN, and taken off the list.

import { ask, Refusal } from "./page.js";
import { is_sure, show_wrong, tell_refusal } from "./work.js";

const form = document.getElementById("hire"), outcome = document.getElementById("hire-outcome");

async function change(path, body) {
  outcome.replaceChildren();
  show_wrong(form, {});
  try {
    await ask("POST", path, body);
    location.assign("/people");
  } catch (error) {
    const fields = error instanceof Refusal && error.answer.fields;
    if (fields) show_wrong(form, fields); else tell_refusal(outcome, error, form.dataset.failed);
  }
}
form.addEventListener("submit", (event) => {
  event.preventDefault();
  change("/api/people", { name: form.elements.name.value, role: form.role.value, pin: form.pin.value });
});
document.getElementById("people").addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-dismiss]");
  if (button && (await is_sure(button.dataset.question))) change("/api/people/dismiss", { name: button.dataset.dismiss });
});
