// This station's own page: the practice ledger is thrown away from here.

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
