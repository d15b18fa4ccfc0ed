// The wall screen turns its pages by itself where there are more places than fit.

const TURN_MS = 10000;
const overview = document.getElementById("overview");
let at = 0;

function turn(by = 0) {
  const pages = overview.querySelectorAll(".wall-places"), marks = overview.querySelectorAll(".wall-turn i");
  at = pages.length ? (at + by) % pages.length : 0;
  pages.forEach((page, number) => { page.hidden = number !== at; });
  marks.forEach((mark, number) => mark.classList.toggle("now", number === at));
}
overview.addEventListener("renewed", () => turn());
setInterval(() => turn(1), TURN_MS);
turn();
