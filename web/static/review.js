// The review: keeps what is typed in the session, and records it once.

import { ask, Refusal } from "./page.js";
import { signing } from "./sign.js";

const form = document.getElementById("record"), trouble = document.getElementById("record-error");
const button = document.getElementById("record-button"), label = button.textContent;
const api = `/api/drafts/${form.dataset.draft}`;

function said() {
  const words = Object.fromEntries(new FormData(form));
  const counted = (words.counted ?? "").trim();
  return { ...words, counted: counted === "" ? null : Number(counted) };
}

function tell(text) {
  trouble.textContent = text;
  trouble.hidden = !text;
}

/** Keeps what is typed; whether it is kept. */
async function settle() {
  try {
    await ask("PUT", `${api}/said`, said());
    tell("");
    return true;
  } catch (error) {
    tell(error instanceof Refusal ? error.message : "");
    return false;
  }
}
const renew = signing(form.dataset.draft, settle);
form.addEventListener("change", async () => { if (await settle()) renew(); });

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (button.disabled) return;
  button.disabled = true;
  button.textContent = form.dataset.recording;
  tell("");
  try {
    const { page } = await ask("POST", `${api}/record`, { ...said(), version: form.dataset.version });
    location.replace(page);
  } catch (error) {
    tell(`${form.dataset.notRecorded} ${error instanceof Refusal ? error.message : ""}`);
    button.disabled = false;
    button.textContent = label;
    renew();
    if (error.status === 409) setTimeout(() => location.reload(), 4000);
  }
});

document.getElementById("drop").addEventListener("click", async (event) => {
  if (!confirm(event.target.dataset.question)) return;
  try {
    await ask("DELETE", api);
    location.assign("/");
  } catch (error) {
    if (error instanceof Refusal) tell(error.message);
  }
});
