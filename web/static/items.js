// Finding items: a USB scanner's line goes into the field wherever the focus is, and its Enter sends it.

import "./page.js";
import { chooser } from "./choose.js";
import { catch_scanner } from "./wedge.js";
import { work_form } from "./work.js";

const form = document.getElementById("search");
for (const name of ["to", "held_by", "place"]) if (form?.[name]) chooser(form[name]);
catch_scanner(document.getElementById("q"));

const reports = document.getElementById("reports");
if (reports) work_form(reports, async (form) => Object.fromEntries(new FormData(form)));

// What is empty is not asked for, so that the address stays short enough to be read.
form?.addEventListener("submit", () => {
  for (const field of form.elements) if (field.name && !field.value.trim()) field.disabled = true;
});
addEventListener("pageshow", () => { for (const field of form?.elements ?? []) field.disabled = false; });
