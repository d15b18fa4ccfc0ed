// The dashboard keeps itself up to date: what changed is put in its place, and focus, scroll and open parts stay.

import { follow, part, soon } from "./page.js";
import { catch_scanner } from "./wedge.js";

const PAUSE_MS = 250, PEEP_PX = 40;
const overview = document.getElementById("overview");
let shown = "";
overview.classList.add("scripted");

/** Makes one element like another in place: nodes that are alike stay, so nothing flickers and nothing loses the focus. */
function become(old, fresh) {
  if (old.dataset?.own !== undefined) return; // a script's own
  const is_kept = (name) => name === "open" && old.id; // who opened or closed a part has decided it
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name) && !is_kept(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value && !is_kept(name)) old.setAttribute(name, value);
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

async function show() {
  const asked = location.search;
  const html = await part(overview.dataset.part + asked);
  if (html === shown || asked !== location.search) return;
  const template = document.createElement("template");
  template.innerHTML = html; // rendered and escaped by our own server; nothing in it runs (content policy)
  const fresh = overview.cloneNode(false);
  fresh.append(template.content);
  become(overview, fresh);
  shown = html;
  overview.dispatchEvent(new Event("renewed"));
}
/** Where the tabs do not fit a narrow screen, the present one is in sight. */
function show_tab() {
  const tab = document.querySelector(".tabs [aria-current]");
  if (tab) tab.closest("ul").scrollLeft = tab.offsetLeft - tab.closest("ul").offsetLeft - PEEP_PX;
}
const renew = soon(show, PAUSE_MS);

/** Shows another view of the same place without a new page; its address is the one that the link has without a script. */
function go(search, keep = "pushState") {
  history[keep](null, "", location.pathname + search);
  show().then(show_tab, () => location.reload());
}
overview.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='?']");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  go(link.search);
});
function filter() {
  const form = document.getElementById("filter");
  const words = [...new FormData(form)].filter(([, value]) => value.trim());
  go(words.length ? `?${new URLSearchParams(words)}` : "", "replaceState");
}
const filter_soon = soon(async () => filter(), PAUSE_MS);
overview.addEventListener("input", (event) => { if (event.target.form?.id === "filter") filter_soon(); });
overview.addEventListener("submit", (event) => {
  if (event.target.id !== "filter") return;
  event.preventDefault();
  filter();
});
show_tab();
addEventListener("popstate", () => { show().catch(() => location.reload()); });

const { hear } = follow("/dashboard/news", overview.dataset.mark);
hear("missed", renew);
hear("changed", renew);
const find = document.getElementById("find"); // on the first page alone
if (find) catch_scanner(find);
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
