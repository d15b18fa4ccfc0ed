// The dashboard keeps itself up to date: what changed is put in its place, and focus, scroll and open parts stay.

import { part, say_gone } from "./page.js";

const PAUSE_MS = 250, SILENCE_MS = 8000;
const overview = document.getElementById("overview");
let shown = "", timer = 0, is_fetching = false, is_stale = false, heard = Date.now();

/** Makes one element like another in place: nodes that are alike stay, so nothing flickers and nothing loses the focus. */
function become(old, fresh) {
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  const were = [...old.childNodes], are = [...fresh.childNodes];
  are.forEach((node, at) => {
    const before = were[at];
    if (!before) old.append(node);
    else if (before.nodeType !== node.nodeType || before.nodeName !== node.nodeName || before.id !== node.id) before.replaceWith(node);
    else if (node.nodeType === Node.ELEMENT_NODE) become(before, node);
    else if (before.data !== node.data) before.data = node.data;
  });
  were.slice(are.length).forEach((node) => node.remove());
}

function renew() {
  is_stale = true;
  if (!timer && !is_fetching) timer = setTimeout(fetch_part, PAUSE_MS);
}

async function fetch_part() {
  timer = 0;
  is_fetching = true;
  is_stale = false;
  try {
    const html = await part(overview.dataset.part);
    if (html !== shown) {
      const template = document.createElement("template");
      template.innerHTML = html; // rendered and escaped by our own server; nothing in it runs (content policy)
      const fresh = overview.cloneNode(false);
      fresh.append(template.content);
      become(overview, fresh);
      shown = html;
    }
  } catch { /* what is gone is said elsewhere */ }
  is_fetching = false;
  if (is_stale) renew();
}

const news = new EventSource(`/dashboard/news?after=${encodeURIComponent(overview.dataset.mark)}`);
const hear = (name, then) => news.addEventListener(name, () => { heard = Date.now(); say_gone(false); then(); });

news.onopen = () => { heard = Date.now(); say_gone(false); };
news.onerror = () => say_gone(true);
setInterval(() => { if (Date.now() - heard > SILENCE_MS) say_gone(true); }, 1000);
hear("beat", () => {});
hear("missed", renew);
hear("changed", renew);
addEventListener("pagehide", () => news.close());
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
