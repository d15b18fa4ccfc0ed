// A recorded handover: what is irregular about very many things is told as soon as all were looked at.

import { part } from "./page.js";

const outcome = document.getElementById("outcome"), { part: path, failed } = outcome.dataset;
if (path) {
  try {
    outcome.innerHTML = await part(path); // rendered and escaped by the server
  } catch {
    document.getElementById("outcome-words").textContent = failed;
  }
}
