// Keeps numbers fresh and adds keys. Every page works without it.
"use strict";

document.documentElement.classList.add("scripted");

// Server-sent events: `ID` replaces what the element holds, `ID.prepend` puts first, `ID.row` replaces the one of the same id.
function place(name, html) {
  const [id, how] = name.split(".");
  const target = document.getElementById(id);
  if (!target) return;
  const parsed = document.createElement("template");
  parsed.innerHTML = html;
  if (!how) {
    target.replaceChildren(parsed.content);
    return;
  }
  const first = parsed.content.firstElementChild;
  const same = how === "row" && first && first.id && document.getElementById(first.id);
  if (same) same.replaceWith(parsed.content);
  else target.prepend(parsed.content);
}

function listen(element) {
  const source = new EventSource(element.dataset.events);
  const lost = element.querySelector("[data-lost]");
  // `data-names`: which elements' events this stream has.
  const names = (element.dataset.names || "now").split(" ");
  for (const name of names) {
    source.addEventListener(name, (event) => {
      if (element.dataset.paused === undefined) place(name, event.data);
    });
  }
  source.addEventListener("open", () => { if (lost) lost.hidden = true; element.dataset.state = "open"; });
  source.addEventListener("error", () => { if (lost) lost.hidden = false; element.dataset.state = "lost"; });
  addEventListener("pagehide", () => source.close());
}

function typing(target) {
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}

function move(step) {
  const rows = [...document.querySelectorAll("main a.row")];
  if (!rows.length) return;
  const at = rows.indexOf(document.activeElement);
  const next = at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + step, 0), rows.length - 1);
  rows[next].focus();
}

let going = 0;
function key(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) return;
  const help = document.getElementById("help");
  if (help && help.open) return;
  const went = Date.now() - going < 1500;
  going = 0;
  if (went) {
    const entry = document.querySelector(`nav a[data-key="${CSS.escape(event.key)}"]`);
    if (entry) { event.preventDefault(); entry.click(); }
    return;
  }
  const search = document.getElementById("q");
  const edit = document.querySelector("a[data-edit]");
  if (event.key === "/" && search) { search.focus(); search.select(); }
  else if (event.key === "?" && help) help.showModal();
  else if (event.key === "g") going = Date.now();
  else if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "e" && edit) edit.click();
  else return;
  event.preventDefault();
}

addEventListener("keydown", key);
for (const element of document.querySelectorAll("[data-events]")) listen(element);
for (const select of document.querySelectorAll("select[data-submits]")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}
const button = document.getElementById("help-button");
if (button) {
  button.hidden = false;
  button.addEventListener("click", () => document.getElementById("help").showModal());
}
