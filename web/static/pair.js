// The way in for a second scanner. The code comes behind the # of the address, which browsers send to nobody.

import { ask, Refusal } from "./page.js";

const form = document.getElementById("pair"), trouble = document.getElementById("pair-error");
const button = form.querySelector("button");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  button.disabled = true;
  trouble.hidden = true;
  try {
    const { page } = await ask("POST", "/api/pair", { code: form.code.value, name: form.name.value });
    location.replace(page);
  } catch (error) {
    trouble.textContent = error instanceof Refusal ? error.message : "";
    trouble.hidden = !trouble.textContent;
    button.disabled = false;
  }
});

const code = location.hash.slice(1);
if (code) {
  history.replaceState(null, "", location.pathname); // used up, and nobody's to see
  form.code.value = code;
  form.requestSubmit();
} else if (!form.contains(document.activeElement)) form.code.focus();
