"use strict";
// A second press of a button within three seconds is no second act.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return; // another script sends the form later
  const now = Date.now(), pressed = Number(event.target.dataset.pressed || 0);
  if (now - pressed < 3000) event.preventDefault();
  else event.target.dataset.pressed = now;
});
window.addEventListener("pageshow", () => {
  for (const each of document.forms) delete each.dataset.pressed;
});
// Live figures: the server sends them when they change; without script the page is
// loaded again every ten seconds.
const figures = document.querySelector("[data-live]:not([data-still])");
if (figures && window.EventSource) {
  const spoken = document.getElementById("spoken");
  let last = 0;
  const source = new EventSource(figures.dataset.live);
  source.addEventListener("message", (event) => {
    figures.innerHTML = event.data;
    const now = Date.now();
    const done = figures.querySelector("progress");
    if (done && now - last > 10000) {
      last = now;
      spoken.textContent = done.parentElement.textContent;
    }
  });
}
// What is still being counted or checked is asked for again, unless somebody types.
if (document.querySelector("[data-again]")) {
  let typed = false;
  document.addEventListener("input", () => { typed = true; });
  setInterval(() => {
    const at = document.activeElement;
    if (!typed && !(at && at.matches("input, select, textarea"))) location.reload();
  }, 2000);
}
