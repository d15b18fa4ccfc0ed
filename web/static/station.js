// This station's own page: the practice ledger is thrown away from here, recovery sheets are made, settings changed.

import { ask } from "./page.js";
import { is_sure, tell_refusal } from "./work.js";

const button = document.getElementById("discard"), outcome = document.getElementById("discard-outcome");
button?.addEventListener("click", async () => {
  if (!(await is_sure(button.dataset.question))) return;
  button.disabled = true;
  try {
    location.assign((await ask("DELETE", "/api/first/practice")).page);
  } catch (error) {
    tell_refusal(outcome, error, outcome.dataset.failed);
    button.disabled = false;
  }
});

// The sheets are the key: they stay in this window's memory, and no file of them is kept.
const recovery = document.getElementById("recovery"), told = document.getElementById("recovery-outcome");
recovery?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const file = document.getElementById("recovery-file"), { needed, total, passphrase } = recovery.elements;
  file.hidden = true;
  told.textContent = recovery.dataset.working;
  try {
    const said = { needed: Number(needed.value), total: Number(total.value), passphrase: passphrase?.value ?? "" };
    const sheets = await ask("POST", "/api/station/recovery", said);
    URL.revokeObjectURL(file.href);
    file.href = URL.createObjectURL(sheets);
    file.hidden = false;
    told.replaceChildren();
    file.focus();
  } catch (error) {
    tell_refusal(told, error, recovery.dataset.failed);
  }
});

// What is completed is less than what is read: it is turned on with a question, and off without one.
const completing = document.getElementById("completing"), kept = document.getElementById("completing-outcome");
completing?.addEventListener("click", async () => {
  const { on, question } = completing.dataset;
  if (on && !(await is_sure(question))) return;
  try {
    await ask("PUT", "/api/station/completing", { is_on: Boolean(on) });
    location.reload();
  } catch (error) {
    tell_refusal(kept, error, kept.dataset.failed);
  }
});
