"use strict";
// Buttons above a text write its Markdown. The arrow keys go from button to button; what
// they write can be undone as any typing.
const written = (place, start, end, words) => {
  place.focus();
  place.setSelectionRange(start, end);
  if (document.execCommand("insertText", false, words)) return;
  place.setRangeText(words, start, end, "end");
  place.dispatchEvent(new Event("input", { bubbles: true }));
};
const around = (place, mark) => {
  const { selectionStart: start, selectionEnd: end, value } = place;
  const words = value.slice(start, end), width = mark.length;
  const before = value.slice(start - width, start), after = value.slice(end, end + width);
  if (before === mark && after === mark) {
    written(place, start - width, end + width, words);
    place.setSelectionRange(start - width, end - width);
  } else {
    written(place, start, end, mark + words + mark);
    place.setSelectionRange(start + width, end + width);
  }
};
const lines = (place, mark, others) => {
  const { selectionStart, selectionEnd, value } = place;
  const start = value.lastIndexOf("\n", selectionStart - 1) + 1;
  const found = value.indexOf("\n", selectionEnd);
  const end = found < 0 ? value.length : found;
  const rows = value.slice(start, end).split("\n");
  const all = rows.every((row) => row.startsWith(mark));
  const changed = rows.map((row) => (all ? row.slice(mark.length) : mark + row.replace(others, "")));
  written(place, start, end, changed.join("\n"));
};
const MARKS = {
  bold: (place) => around(place, "**"),
  italic: (place) => around(place, "*"),
  list: (place) => lines(place, "- ", /^(?:[-*+]|\d+[.)])\s+/),
  heading: (place) => lines(place, "## ", /^#{1,6}\s+/),
  organisation: (place) => written(place, place.selectionStart, place.selectionEnd, "{organisation}"),
  link: (place) => {
    const { selectionStart: start, selectionEnd: end, value } = place;
    const words = value.slice(start, end), address = "https://";
    const isAddress = /^(?:https?:\/\/|mailto:)\S+$/.test(words);
    written(place, start, end, isAddress ? `[](${words})` : `[${words}](${address})`);
    const from = isAddress || !words ? start + 1 : start + words.length + 3;
    place.setSelectionRange(from, isAddress || !words ? from : from + address.length);
  },
};
for (const bar of document.querySelectorAll("[data-marks]")) {
  const place = document.getElementById(bar.getAttribute("aria-controls"));
  const buttons = [...bar.querySelectorAll("[data-mark]")];
  bar.hidden = false;
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("[data-mark]");
    if (button) MARKS[button.dataset.mark](place);
  });
  bar.addEventListener("keydown", (event) => {
    const at = buttons.indexOf(document.activeElement);
    const forwards = document.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
    const steps = { ArrowLeft: -1, ArrowRight: 1, Home: -at, End: buttons.length - 1 - at };
    if (!(event.key in steps) || at < 0) return;
    event.preventDefault();
    const step = forwards === "ArrowLeft" && event.key.startsWith("Arrow") ? -steps[event.key] : steps[event.key];
    const next = buttons[(at + step + buttons.length) % buttons.length];
    for (const each of buttons) each.tabIndex = each === next ? 0 : -1;
    next.focus();
  });
}
