// A recorded handover: what is irregular about very many things is told as soon as all were looked at, below all else.

import { opening } from "./board.js";
import { part } from "./page.js";

const outcome = document.getElementById("outcome"), { part: path, failed } = outcome.dataset;
if (path) {
  try {
    const sheet = document.createElement("template");
    sheet.innerHTML = await part(path); // rendered and escaped by the server
    document.getElementById("recorded").className = sheet.content.querySelector("h1").className;
    sheet.content.querySelector("h1").remove();
    outcome.replaceChildren(sheet.content);
  } catch {
    document.getElementById("outcome-words").textContent = failed;
  }
}
const found = document.getElementById("found");
if (found) opening(found, "/handover", { more: `&${found.dataset.query}` });
