// The dashboard keeps itself up to date: what changed is put in its place, and focus, scroll and open parts stay.

import { follow, part, soon } from "./page.js";

const PAUSE_MS = 250;
const overview = document.getElementById("overview");
let shown = "";

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

const renew = soon(async () => {
  const html = await part(overview.dataset.part);
  if (html === shown) return;
  const template = document.createElement("template");
  template.innerHTML = html; // rendered and escaped by our own server; nothing in it runs (content policy)
  const fresh = overview.cloneNode(false);
  fresh.append(template.content);
  become(overview, fresh);
  shown = html;
}, PAUSE_MS);

const { hear } = follow("/dashboard/news", overview.dataset.mark);
hear("missed", renew);
hear("changed", renew);
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
