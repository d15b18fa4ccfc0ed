// A report: its options are sent as they stand, and it is shown below, or made into a file to be saved.

import { chooser } from "./choose.js";
import { send_all, work_form } from "./work.js";

const form = document.getElementById("report");
for (const input of form.querySelectorAll('input[role="combobox"]')) chooser(input);

work_form(form, async (_form, button, tell) => {
  const typed = {}, files = {};
  for (const input of form.querySelectorAll("[data-field] :is(input, select, textarea)")) {
    const name = input.closest("[data-field]").dataset.field;
    if (input.type !== "file") typed[name] = input.value;
    else if (input.files.length) [files[name]] = await send_all(input, form.dataset.sending, tell);
  }
  return { typed, files, format: button?.dataset.format ?? "" };
});
