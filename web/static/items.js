// Finding items: a USB scanner's line goes into the field wherever the focus is, and its Enter sends it.

import "./page.js";
import { chooser } from "./choose.js";
import { catch_scanner } from "./wedge.js";
import { work_form } from "./work.js";

const form = document.getElementById("search");
for (const name of ["to", "held_by", "place"]) if (form?.[name]) chooser(form[name]);
catch_scanner(document.getElementById("q"));

// --- choosing many: what is ticked here, or all that the filter shows -----------------------------------------------------

const chosen = document.getElementById("chosen");
if (chosen) {
  const boxes = [...chosen.querySelectorAll("[name=code]")], every = chosen.elements.all;
  const page = document.getElementById("choose-page"), on_page = page.querySelector("input"), told = document.getElementById("chosen-count");
  const fit = () => {
    const count = boxes.filter((box) => box.checked).length;
    on_page.checked = count === boxes.length;
    on_page.indeterminate = count > 0 && count < boxes.length;
    told.textContent = told.dataset.words.replace("…", every.checked ? told.dataset.all : count);
    for (const button of chosen.querySelectorAll("button")) button.disabled = !every.checked && !count;
    for (const box of [on_page, ...boxes]) box.disabled = every.checked;
  };
  page.hidden = false;
  on_page.addEventListener("change", () => { for (const box of boxes) box.checked = on_page.checked; });
  chosen.addEventListener("change", fit);
  addEventListener("pageshow", fit); // a browser that came back may have kept the ticks
  fit();
  chosen.addEventListener("submit", (event) => { if (event.submitter?.name !== "form") event.stopImmediatePropagation(); }); // another page
  work_form(chosen, (form, button) => {
    const said = Object.fromEntries(["kind", "to", "held_by", "q"].map((name) => [name, form.elements[`in_${name}`].value]));
    return { ...said, all: every.checked, codes: every.checked ? [] : boxes.filter((box) => box.checked).map((box) => box.value), form: button.value };
  }, fit);
}

// What is empty is not asked for, so that the address stays short enough to be read.
form?.addEventListener("submit", () => {
  for (const field of form.elements) if (field.name && !field.value.trim()) field.disabled = true;
});
addEventListener("pageshow", () => { for (const field of form?.elements ?? []) field.disabled = false; });
