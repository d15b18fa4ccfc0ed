// What two offices registered for one need: a person keeps one, or all that one station registered of a kind.

import { is_sure, renew_part, work_form } from "./work.js";

function listen() {
  for (const form of document.querySelectorAll("form.merge"))
    work_form(form, async ({ dataset }, button) => {
      if (!(await is_sure(button.dataset.question))) return null;
      return { keep: button.dataset.keep, kind: dataset.kind, version: dataset.version };
    }, async () => { await renew_part("/plan/twins", "twins"); listen(); });
}
listen();
