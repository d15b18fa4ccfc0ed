// Handover papers by themselves: their codes from the field, a USB scanner, this browser's camera, a photograph or a PDF.

import { ask, part, Refusal } from "./page.js";
import { own_camera } from "./eye.js";
import { sound } from "./sounds.js";
import { catch_scanner } from "./wedge.js";
import { clear_files, send_all, work_form } from "./work.js";

const $ = (id) => document.getElementById(id);
const papers = $("papers"), codes = $("codes"), trouble = $("line-error");

const version = () => Number($("tray").dataset.version);
const show = (html) => { papers.innerHTML = html; }; // rendered and escaped by the server

/** A hub's code, which a scanner or the camera reads wherever the focus is, goes where it belongs. */
function to_hub(line) {
  const field = $("hub-address");
  if (!field || field.value === line) return Boolean(field);
  field.value = line;
  field.closest("details")?.setAttribute("open", "");
  field.scrollIntoView({ block: "center" });
  field.focus();
  sound("ok");
  return true;
}

// --- typed, or by a USB scanner, which does not wait for answers ------------------------------------------------------

let turn = Promise.resolve();
codes.addEventListener("submit", (event) => {
  event.preventDefault();
  const line = codes.line.value;
  codes.line.value = "";
  if (line.trim()) turn = turn.then(() => take(line));
});
async function take(line) {
  if (/^https:\/\/\S+#/i.test(line.trim()) && to_hub(line.trim())) return;
  try {
    const answer = await ask("POST", "/api/papers/lines", { line });
    show(answer.page);
    sound(answer.beep);
    trouble.hidden = true;
  } catch (error) {
    trouble.textContent = error instanceof Refusal ? error.message : "";
    trouble.hidden = !(error instanceof Refusal);
    sound("wrong");
  }
}
catch_scanner(codes.line);

// --- a photograph or a PDF ---------------------------------------------------------------------------------------------

const file = $("paper-file");
work_form(file, async (form, _button, tell) => {
  if (!form.files.files.length) { form.files.click(); return null; }
  return { upload: (await send_all(form.files, form.dataset.sending, tell))[0] };
}, (answer, outcome) => {
  outcome.replaceChildren();
  show(answer.page);
  clear_files(file.files);
  $("tray").scrollIntoView({ block: "nearest" });
});

// --- this browser's camera -----------------------------------------------------------------------------------------------

async function seen({ version: newest, beep, hub }) {
  if (hub) to_hub(hub);
  if (newest === version()) return;
  sound(beep);
  show(await part("/meet/papers"));
}
own_camera("/api/papers", seen);

// --- the handover that the paper came with ---------------------------------------------------------------------------------

papers.addEventListener("click", async (event) => {
  const button = event.target.closest(".receive");
  if (!button) return;
  try {
    const { draft } = await ask("POST", "/api/drafts", { giver: button.dataset.giver, receiver: button.dataset.receiver });
    location.assign(`/scan/${draft}`);
  } catch (error) {
    trouble.textContent = error instanceof Refusal ? error.message : "";
    trouble.hidden = !(error instanceof Refusal);
  }
});
