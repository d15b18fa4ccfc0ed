// The review: keeps what is typed in the session, and records it once.

import { ask, Refusal } from "./page.js";

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

form.addEventListener("change", () => ask("PUT", `${api}/said`, said()).then(() => tell(""), (error) => {
  if (error instanceof Refusal) tell(error.message);
}));

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
