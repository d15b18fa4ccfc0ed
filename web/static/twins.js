// What two offices registered for one need: a person keeps one, or all that one station registered of a kind.

import { is_sure, renew_part, work_form } from "./work.js";

function listen() {
  for (const form of document.querySelectorAll("form.merge")) {
    let is_asked = false; // the question comes before the work is begun
    form.addEventListener("submit", async (event) => {
      if (is_asked) { is_asked = false; return; }
      event.preventDefault();
      event.stopImmediatePropagation();
      if (await is_sure(event.submitter.dataset.question)) { is_asked = true; form.requestSubmit(event.submitter); }
    });
    work_form(form, ({ dataset }, button) => ({ keep: button.dataset.keep, kind: dataset.kind, version: dataset.version }),
      async () => { await renew_part("/plan/twins", "twins"); listen(); });
  }
}
listen();
