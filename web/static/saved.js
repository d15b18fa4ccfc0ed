// Views that somebody keeps by name in this browser: each is a plain address, so it can be sent and bookmarked, too.

const KEY = "serah-views", MOST = 30;
const box = document.getElementById("saved"), list = document.getElementById("saved-list"), field = document.getElementById("saved-name");
let proposed = "";

function kept() {
  try { return JSON.parse(localStorage.getItem(KEY)) ?? []; } catch { return []; }
}
function keep(views) {
  localStorage.setItem(KEY, JSON.stringify(views.slice(-MOST)));
  tell();
}
function tell() {
  const views = kept();
  list.replaceChildren(...views.map(({ name, address }) => {
    const item = document.createElement("li"), link = document.createElement("a"), gone = document.createElement("button");
    [link.textContent, link.href] = [name, address];
    [gone.textContent, gone.type, gone.className] = ["×", "button", "small"];
    gone.setAttribute("aria-label", `${box.dataset.remove} ${name}`);
    gone.addEventListener("click", () => keep(kept().filter((view) => view.name !== name)));
    item.append(link, gone);
    return item;
  }));
}
box.addEventListener("toggle", () => {
  if (field.value !== proposed) return; // a quick hand types before this event comes
  const tab = document.querySelector(".tabs [aria-current]");
  field.value = proposed = [document.querySelector("h1").textContent, tab?.firstChild.textContent].filter(Boolean).join(" · ");
});
document.getElementById("saved-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const name = field.value.trim();
  if (name) keep([...kept().filter((view) => view.name !== name), { name, address: location.pathname + location.search }]);
  proposed = field.value;
});
box.hidden = false;
tell();
