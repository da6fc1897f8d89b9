"use strict";
// Saves each block by itself, a second after the last key; the server decides what
// stands. Without this script the page is one form with a button.
const form = document.getElementById("writing");
if (form) {
  const WAIT = 1000, AGAIN = 5000;
  const said = document.getElementById("said");
  const preview = document.getElementById("preview");
  const states = new Map();
  let n = 1, sending = false, shown = 0;

  const stateOf = (block) => {
    if (!states.has(block)) states.set(block, { dirty: false, timer: 0, flying: false });
    return states.get(block);
  };
  const say = (block, words, bad) => {
    const place = block.querySelector("[data-state]");
    place.textContent = words;
    place.classList.toggle("bad", Boolean(bad));
    said.textContent = words;
  };
  const later = (block, wait) => {
    const state = stateOf(block);
    clearTimeout(state.timer);
    state.timer = setTimeout(() => save(block), wait);
  };
  const remarks = () => [...form.querySelectorAll("[data-apart] textarea")].some((each) => each.value);
  const unsaved = () => remarks() || [...states].some(([, state]) => state.dirty || state.flying);

  const filled = (block) => {
    const sent = new URLSearchParams();
    n += 1;
    for (const name of ["form_token", "page"]) sent.set(name, form.elements[name].value);
    sent.set("n", n);
    form.elements.n.value = n + 1;
    for (const field of block.querySelectorAll("input, select, textarea")) {
      if (field.closest("[data-apart]")) continue;  // a remark is added by its button
      const off = (field.type === "checkbox" || field.type === "radio") && !field.checked;
      if (field.name && !off) sent.append(field.name, field.value);
    }
    return sent;
  };
  // The token of a sign-in; what follows the dot numbers the page.
  const signed = (field) => field.value.split(".")[0];
  const freshToken = async () => {
    const answer = await fetch(location.pathname, { redirect: "manual" });
    if (!answer.ok) return false;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const token = page.querySelector("#writing [name=form_token]");
    if (!token || signed(token) === signed(form.elements.form_token)) return false;
    for (const each of document.getElementsByName("form_token")) each.value = token.value;
    return true;
  };
  const refused = async (block, status) => {
    if ((status === 401 || status === 403) && (await freshToken())) return later(block, 0);
    if (status === 401) { later(block, AGAIN); return say(block, form.dataset.out, true); }
    if (status >= 500) { later(block, AGAIN); return say(block, form.dataset.failed, true); }
    say(block, form.dataset.refused, true);
  };
  const show = () => {
    clearTimeout(shown);
    shown = setTimeout(() => { if (preview) preview.src = `${location.pathname}/letter`; }, 300);
  };
  const save = async (block) => {
    const state = stateOf(block), name = block.dataset.block;
    if (!state.dirty || sending) return;
    if (state.flying) return later(block, WAIT);
    state.dirty = false;
    state.flying = true;
    say(block, form.dataset.saving);
    try {
      const answer = await fetch(form.action, {
        method: "POST", body: filled(block), headers: { Accept: "application/json" },
      });
      const isState = (answer.headers.get("content-type") || "").includes("json");
      if (!isState) { state.dirty = true; await refused(block, answer.status); return; }
      const told = await answer.json();
      if (!answer.ok) { state.dirty = true; say(block, told.said, true); return; }
      const made = told.blocks[name];
      if (made) {
        for (const part of ["base", "shown"]) form.elements[`${name}:${part}`].value = made.base;
        const faults = block.querySelector("[data-faults]");
        if (faults) faults.replaceChildren(...made.faults.map((words) => {
          const item = document.createElement("li");
          item.textContent = words;
          return item;
        }));
        const standing = block.querySelector("[data-standing]");
        if (standing && made.standing) {
          standing.textContent = made.standing;
          standing.classList.remove("ok", "warning");
        }
        show();
      }
      say(block, state.dirty ? form.dataset.unsaved : told.said);
    } catch {
      state.dirty = true;
      later(block, AGAIN);
      say(block, form.dataset.failed, true);
    } finally {
      state.flying = false;
    }
  };

  form.addEventListener("input", (event) => {
    const block = event.target.closest("[data-block]");
    if (!block || event.target.closest("[data-apart]")) return;
    stateOf(block).dirty = true;
    say(block, form.dataset.unsaved);
    later(block, WAIT);
  });
  form.addEventListener("submit", () => {
    sending = true;
    form.elements.n.value = n + 1;
  });
  window.addEventListener("pageshow", () => { sending = false; });
  window.addEventListener("beforeunload", (event) => {
    if (!sending && unsaved()) event.preventDefault();
  });
  // A link is followed once the words are saved: a person is asked only if they are not.
  const settled = async () => {
    const flying = () => [...states.values()].some((state) => state.flying);
    for (let turns = 0; turns < 2; turns += 1) {  // the second: what changed in the first
      await Promise.all([...states.keys()].map((block) => save(block)));
      for (let waits = 0; waits < 30 && flying(); waits += 1) {
        await new Promise((done) => { setTimeout(done, 100); });
      }
    }
  };
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[href]");
    const apart = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    if (!link || apart || event.button || link.target || link.hasAttribute("download")) return;
    const here = link.pathname === location.pathname && link.search === location.search;
    if (event.defaultPrevented || here || remarks() || !unsaved()) return;
    event.preventDefault();
    await settled();
    location.assign(link.href);
  });
  // Who else writes here is asked three times a minute, while the page is looked at.
  const others = document.querySelector("[data-others]");
  const here = async () => {
    if (document.hidden || !others) return;
    try {
      const body = new URLSearchParams({ form_token: form.elements.form_token.value });
      const answer = await fetch(`${location.pathname}/here`, { method: "POST", body });
      if (!answer.ok) return;
      const said = (await answer.json()).others;
      if (others.textContent !== said) others.textContent = said;
      others.hidden = !said;
    } catch { /* the next time does */ }
  };
  here();
  setInterval(here, 20000);
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "s") {
      event.preventDefault();
      for (const [block] of states) later(block, 0);
    }
  });
}
// After an act the keyboard goes on where the act was.
const target = location.hash && document.getElementById(location.hash.slice(1));
if (target && target.matches("button")) target.focus();
// What is pasted from Word or a web page becomes Markdown; else it is plain text.
for (const place of document.querySelectorAll("[data-paste]")) {
  place.addEventListener("paste", async (event) => {
    const html = event.clipboardData.getData("text/html");
    if (!html) return;
    event.preventDefault();
    const plain = event.clipboardData.getData("text/plain");
    const { selectionStart: start, selectionEnd: end } = place;
    let words = plain;
    try {
      const body = new URLSearchParams({ html, form_token: form.elements.form_token.value });
      const answer = await fetch(form.dataset.pasting, { method: "POST", body });
      if (answer.ok) words = await answer.text();
    } catch { /* the plain words do */ }
    const own = /\n|^(#|-|>|\||\d+\.)/.test(words) && start > 0;
    const lead = own && place.value[start - 1] !== "\n" ? "\n\n" : "";
    written(place, start, end, lead + words);
    if (/<img\b/i.test(html) && !place.nextElementSibling?.matches("[data-pasted]")) {
      const hint = document.createElement("p");
      hint.className = "hint";
      hint.dataset.pasted = "";
      hint.textContent = form.dataset.pictures;
      place.after(hint);
    }
  });
}
