// A field that offers places while one types (WAI-ARIA combobox with a list). What is typed counts as it stands, too.

const PAUSE_MS = 120;
const CODED = /[\d.]{2}/; // what has figures may be a code that this station does not know yet
const PLATE = /^\s*(P:)?[A-Za-z]{1,2}\s*\d{1,4}\s*[A-Za-z]{0,3}\s*$/;

/** Whether a text looks like a number plate, and so like a vehicle. */
export const is_plate = (text) => PLATE.test(text);

/** The places of a field that takes several, with a `;` between. */
export const places_in = (text) => text.split(";").map((place) => place.trim()).filter(Boolean);

/** The phase and kinds of the field that says what is to go; nothing where a plan has no phases. */
export const goods_in = (field) => (field ? { phase: "", kinds: [], ...JSON.parse(field.value || "{}") } : {});

/** Which choice Enter takes: the marked one, the one whose code was written, or the only one; null where it is none of them. */
export const chosen_by_enter = (choices, at, written) =>
  choices[at] ?? choices.find(({ code }) => code === written.toUpperCase()) ?? (choices.length === 1 ? choices[0] : null);

export function chooser(input) {
  const list = document.getElementById(input.getAttribute("aria-controls"));
  const shown = document.getElementById(input.getAttribute("aria-describedby"));
  let choices = [], at = -1, timer = 0, asked = 0;

  const close = () => {
    list.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const mark = (index) => {
    at = (index + choices.length) % choices.length;
    [...list.children].forEach((option, number) => option.setAttribute("aria-selected", String(number === at)));
    input.setAttribute("aria-activedescendant", list.children[at].id);
    list.children[at].scrollIntoView({ block: "nearest" });
  };
  // Where a field takes several, the last is being written.
  const before = () => ("many" in input.dataset ? input.value.slice(0, input.value.lastIndexOf(";") + 1) : "");
  const written = () => input.value.slice(before().length).trim();
  const choose = (choice) => {
    const first = before();
    input.value = (first && `${first} `) + (!input.dataset.named || is_plate(choice.code) ? choice.code : `${choice.name} (${choice.code})`);
    shown.textContent = [choice.name, choice.within].filter(Boolean).join(", ");
    asked++; // what was asked for meanwhile shall not open the list again
    clearTimeout(timer);
    close();
    input.dispatchEvent(new Event("chosen", { bubbles: true }));
  };
  const search = async () => {
    const number = ++asked;
    const words = written();
    if (words.length < 2) return close();
    let found = [];
    try {
      const answer = await fetch(`/api/places?q=${encodeURIComponent(words)}`);
      if (answer.ok) found = await answer.json();
    } catch { /* the next request to change something says that nobody answers */ }
    if (number !== asked || document.activeElement !== input) return;
    choices = found;
    list.replaceChildren(...found.map((choice, index) => {
      const option = document.createElement("li");
      option.id = `${list.id}-${index}`;
      option.role = "option";
      option.setAttribute("aria-selected", "false");
      const name = document.createElement("strong"), where = document.createElement("span");
      name.textContent = choice.name;
      where.textContent = [choice.code, choice.within].filter(Boolean).join(" · ");
      option.append(name, " ", where);
      option.addEventListener("mousedown", (event) => { event.preventDefault(); choose(choice); });
      return option;
    }));
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(Boolean(found.length)));
    shown.textContent = found.length || CODED.test(words) ? "" : input.dataset.none;
    at = -1;
  };

  input.addEventListener("input", () => {
    shown.textContent = "";
    clearTimeout(timer);
    timer = setTimeout(search, PAUSE_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" && choices.length && !list.hidden) { event.preventDefault(); mark(at + 1); }
    else if (event.key === "ArrowUp" && choices.length && !list.hidden) { event.preventDefault(); mark(at < 0 ? -1 : at - 1); }
    else if (event.key === "Escape" && !list.hidden) { event.preventDefault(); close(); }
    else if (event.key === "Enter" && !list.hidden) { // where it takes none, it marks the first
      event.preventDefault();
      const chosen = chosen_by_enter(choices, at, written());
      if (chosen) choose(chosen);
      else mark(0);
    }
  });
  input.addEventListener("blur", () => {
    if (document.activeElement === input) return; // another window came before this one: what is typed here is still being written
    asked++;
    clearTimeout(timer);
    close();
  });
  input.addEventListener("focus", () => input.select());
  if (document.activeElement === input && input.value !== input.defaultValue) search(); // typed before this script had come
}
