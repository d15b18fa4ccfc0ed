// The lists of a session that open: what is missing in a village, what is alike in the findings, what was taken before.

import { part } from "./page.js";

/** What names a list that opens, also after the board was rendered again. */
const name_of = ({ dataset: { village, group } }) => (group !== undefined ? `group ${group}` : village !== undefined ? `village ${village}` : "older");

/** Where the lines of an open list come from, those after so many. */
function source(list, page, after) {
  const { village, group } = list.dataset, query = new URLSearchParams(after ? { after } : {});
  if (group !== undefined) query.set("group", group);
  if (village !== undefined) query.set("place", village);
  return `${page}/${group !== undefined ? "found" : village !== undefined ? "missing" : "taken"}?${query}`;
}

/**
 * Fills the lists of a part of a page when somebody opens them.
 *   page: the address of the session; more: what else is asked for; then: called when lines have come
 */
export function opening(within, page, { more = "", then = () => {} } = {}) {
  const fetch_lines = async (list, after) => part(source(list, page, after) + more);
  within.addEventListener("toggle", async ({ target: list }) => {
    const held = list.querySelector(".held");
    if (!list.open || !held || held.dataset.whole) return;
    try { held.innerHTML = await fetch_lines(list); } catch { return; /* what is gone is said elsewhere */ }
    then();
  }, true);
  within.addEventListener("click", async ({ target }) => {
    const row = target.dataset.more && target.closest("li");
    if (!row) return;
    target.disabled = true;
    try {
      const html = await fetch_lines(row.closest("details"), target.dataset.more);
      const before = row.previousElementSibling;
      row.insertAdjacentHTML("beforebegin", html);
      row.remove();
      before?.nextElementSibling?.querySelector("button, input")?.focus();
      then();
    } catch { target.disabled = false; }
  });
}

/** Puts the board in place as it is now; what was open stays open, with its lines until the new ones have come. */
export function put_in_place(board, html) {
  const known = new Map([...board.querySelectorAll("details")].map((list) => [name_of(list), list]));
  board.innerHTML = html; // rendered and escaped by our own server; nothing in it runs (content policy)
  for (const list of board.querySelectorAll("details")) {
    const before = known.get(name_of(list)), held = list.querySelector(".held");
    if (!before) continue;
    if (!held.dataset.whole) held.replaceChildren(...before.querySelector(".held").childNodes);
    list.open = before.open;
  }
}

/** What finds this again after the board was rendered again: who works with the keyboard stays where they are. */
export function whereabouts(element) {
  for (const name of ["item", "choose", "remove", "removeGroup"])
    if (element.dataset[name]) return `[data-${name.replace("G", "-g")}="${CSS.escape(element.dataset[name])}"]`;
  const list = element.closest("details");
  if (!list) return element.id ? `#${element.id}` : "";
  const [kind, ...rest] = name_of(list).split(" ");
  return kind === "older" ? "[data-older] summary" : `[data-${kind}="${CSS.escape(rest.join(" "))}"] summary`;
}
