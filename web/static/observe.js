// Observers' tokens: shown by an observer, made and revoked by a supervisor.

import { ask, Refusal } from "./page.js";

const $ = (id) => document.getElementById(id);

async function attempt(job) {
  $("error").hidden = true;
  try { await job(); }
  catch (error) {
    if (!(error instanceof Refusal)) return; // that nobody answers is said across the page
    $("error").textContent = error.message;
    $("error").hidden = false;
  }
}

$("entry")?.addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(async () => {
    await ask("POST", "/observe", { token: $("token").value.trim() });
    location.assign("/dashboard");
  });
});

$("leave")?.addEventListener("click", async () => {
  await ask("DELETE", "/observe");
  location.assign("/observe");
});

$("make")?.addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(async () => {
    const made = await ask("POST", "/api/v1/tokens", { name: $("name").value, days: Number($("days").value) });
    $("secret").textContent = made.token;
    $("made").hidden = false;
    $("name").value = "";
    $("secret").focus?.();
  });
});

for (const button of document.querySelectorAll("[data-revoke]")) {
  button.addEventListener("click", () => attempt(async () => {
    await ask("DELETE", `/api/v1/tokens/${encodeURIComponent(button.dataset.revoke)}`);
    location.reload();
  }));
}
