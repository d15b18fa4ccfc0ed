// Labels: choosing, looking at the first page, printing, printing again, and keeping what was measured of a printer.

import { ask, Refusal } from "./page.js";
import { chooser } from "./choose.js";
import { is_sure, renew_part, work, work_form } from "./work.js";

const $ = (id) => document.getElementById(id);
const print = $("print"), again = $("again"), measure = $("measure");

chooser(print.to);

// --- what goes with what ------------------------------------------------------------------------------------------

function fit_paper(form) {
  const is_thermal = form.form.value !== "pdf";
  for (const part of form.querySelectorAll(".for-sheets")) part.hidden = is_thermal;
  for (const part of form.querySelectorAll(".for-rolls")) part.hidden = !is_thermal;
  for (const option of form.sheet.options) option.hidden = option.disabled = is_thermal && !option.dataset.roll;
  if (form.sheet.selectedOptions[0]?.disabled) form.sheet.value = [...form.sheet.options].find((option) => !option.disabled).value;
}
function fit_choice() {
  for (const part of print.querySelectorAll("[data-for]")) {
    const is_chosen = print.codes && print.what.value === "items"; // in the list of items: by code, and nothing else is asked
    part.hidden = !part.dataset.for.split(" ").includes(print.what.value) || Boolean(is_chosen && part.dataset.of);
  }
}
for (const form of [print, again]) {
  form.addEventListener("change", () => fit_paper(form));
  fit_paper(form);
}
print.addEventListener("change", fit_choice);
fit_choice();

const paper = (form) => ({
  sheet: form.sheet.value, form: form.form.value, start: Number(form.start.value) || 1, cut_marks: form.cut_marks.checked,
  printer_name: form.form.value === "pdf" ? form.printer_name.value : "", dpi: Number(form.dpi.value),
  printer: form.form.value === "pdf" ? "" : form.printer.value,
});

// --- printing ------------------------------------------------------------------------------------------------------

// Printing changes how many have no label, and what was printed lately; a preview, which makes no file, changes neither.
const renew = (answer) => "name" in answer && renew_part("/labels", "unprinted", "lately");

work_form(print, async (form, button) => {
  const what = form.what.value;
  const asked = {
    ...paper(form), what, kind: what === "places" ? "" : form.kind.value, to: what === "blank" ? "" : form.to.value,
    delivery: what === "items" && !form.codes ? form.delivery.value : "", codes: what === "items" ? form.codes?.value ?? "" : "",
    count: what === "blank" ? Number(form.count.value) || null : null, by: form.by.value,
  };
  if (button.dataset.ask && what !== "places" && !(await is_sure((await work("/api/labels/count", asked)).question))) return null;
  return asked;
}, renew);
work_form(again, (form) => ({
  ...paper(form), codes: form.codes.value, reason: form.reason.value, by: [form.by_1.value, form.by_2.value].filter((name) => name.trim()),
}), (answer) => { again.codes.value = ""; return renew(answer); });

// --- printers ------------------------------------------------------------------------------------------------------

const trouble = $("measure-error");
const refuse = (error) => { trouble.textContent = error.message; trouble.hidden = !(error instanceof Refusal); };
const length = (text) => Number(text.trim().replace(",", ".").replace(/\s*mm$/, "") || NaN);

measure.addEventListener("submit", async (event) => {
  event.preventDefault();
  const lengths = Object.fromEntries(["a", "b", "c", "d"].map((letter) => [`${letter}_mm`, length(measure[`${letter}_mm`].value)]));
  try {
    await ask("PUT", "/api/printers", { name: measure.elements.name.value, ...lengths });
    location.reload();
  } catch (error) { refuse(error); }
});
for (const button of document.querySelectorAll(".forget"))
  button.addEventListener("click", async () => {
    if (!(await is_sure(button.dataset.question))) return;
    try {
      await ask("DELETE", `/api/printers?name=${encodeURIComponent(button.dataset.name)}`);
      location.reload();
    } catch (error) { refuse(error); }
  });
const fit_rulers = () => { $("rulers").href = `/labels/rulers.pdf?sheet=${encodeURIComponent(print.sheet.value)}`; };
print.sheet.addEventListener("change", fit_rulers);
fit_rulers();
