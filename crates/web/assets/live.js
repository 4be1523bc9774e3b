// What happens while it happens: a list that follows the feed, and the ladder of one attempt. Needs ladder.js. What others say is put
// in as text alone.
"use strict";

// Attempts that the list holds; the server may keep more.
const MAX_LISTED = 500;

const live = { rows: new Map(), followed: null, paused: false, waiting: [], source: null, drawn: "" };

function since(row) {
  if (!row.times) return "";
  const time = new Date(row.times[0]);
  const took = seconds(row.times[0], row.times[1]);
  return `${Number.isNaN(time.getTime()) ? "" : time.toLocaleTimeString()}${took ? `, ${Number(took).toFixed(3)} s` : ""}`;
}

// A row of the feed as an element; its text tells all that its colours do.
function rowOf(row) {
  const button = make("button", row.outcome,
    make("span", "sign", row.running ? "…" : SIGNS[row.outcome]), ` #${row.id} ${row.procedure}: ${row.running ? `going on, ${row.reached}` : row.ending}`,
    make("span", "who", who({ subscriber: row.subscriber, links: {} })),
    make("span", "when", `${since(row)}, ${counted(row.messages, "message")}`),
    row.fault ? make("span", "fault", `${row.fault[0]}: ${row.fault[1]}`) : row.cause ? make("span", "fault", row.cause) : null);
  button.type = "button";
  button.setAttribute("aria-current", String(row.id === live.followed));
  button.addEventListener("click", () => { follow(row.id, true); });
  const item = make("li", "", button);
  item.dataset.attempt = row.id;
  return item;
}

function put(row) {
  const list = byId("live-attempts");
  const old = list.querySelector(`li[data-attempt="${row.id}"]`);
  const item = rowOf(row);
  const focused = old && old.contains(document.activeElement);
  live.rows.set(row.id, row);
  if (old) {
    old.replaceWith(item);
  } else {
    // Newest first, by number.
    const next = [...list.children].find((other) => Number(other.dataset.attempt) < row.id);
    list.insertBefore(item, next || null);
  }
  if (focused) item.firstChild.focus();
}

function forget(id) {
  live.rows.delete(id);
  const item = byId("live-attempts").querySelector(`li[data-attempt="${id}"]`);
  if (item) item.remove();
}

function take(changes) {
  for (const id of changes.withdrawn) forget(id);
  for (const row of [...changes.rows].reverse()) put(row);
  const list = byId("live-attempts");
  while (list.children.length > MAX_LISTED) forget(Number(list.lastElementChild.dataset.attempt));
  const missed = [];
  if (live.begun && changes.left_out > 0) missed.push(`${counted(changes.left_out, "change")} came too fast for this page`);
  if (changes.unseen > 0) missed.push(`${counted(changes.unseen, "message")} passed unseen: there were too many at once, and what is missing may be among them`);
  if (changes.forgotten > 0) missed.push(`${counted(changes.forgotten, "attempt")} gave way to later ones`);
  live.begun = true;
  byId("live-missed").hidden = missed.length === 0;
  if (missed.length > 0) byId("live-missed").textContent = `${missed.join("; ")}.`;
  const running = [...live.rows.values()].filter((row) => row.running).length;
  byId("live-state").textContent = `${live.paused ? "Paused; " : ""}${counted(list.children.length, "attempt")}, ${running} going on`;
  if (changes.rows.some((row) => row.id === live.followed)) draw(false);
}

// Draws the attempt that is followed, anew: what was open stays open, and the focus stays where it was.
async function draw(focus) {
  const id = live.followed;
  const article = byId("live-attempt");
  const answer = await fetch(`/ui/live/attempts/${id}`, { headers: { Accept: "application/json, text/event-stream" } }).catch(() => null);
  if (id !== live.followed) return;
  if (!answer || !answer.ok) {
    if (focus) article.replaceChildren(make("p", "note", answer && answer.status === 404 ? "This attempt is not kept any more." : "It cannot be shown: the session has ended, or the core has stopped."));
    return;
  }
  const text = await answer.text();
  if (id !== live.followed || (text === live.drawn && !focus)) return;
  live.drawn = text;
  const frameOf = (button) => button && button.closest && button.closest(".message") ? button.closest(".message").dataset.frame : null;
  const open = new Set([...article.querySelectorAll('button.row[aria-expanded="true"]')].map(frameOf));
  const focused = article.contains(document.activeElement) ? frameOf(document.activeElement) : null;
  const attempt = JSON.parse(text);
  drawAttempt(article, attempt, 0);
  if (attempt.running) article.insertBefore(make("p", "badge warn", "going on: this is how it stands"), article.children[1] || null);
  for (const item of article.querySelectorAll(".message")) {
    const button = item.querySelector("button.row");
    if (open.has(item.dataset.frame)) button.click();
    if (focused === item.dataset.frame) button.focus();
  }
  if (focus) article.focus();
  if (focus && window.innerWidth < 960) article.scrollIntoView();
}

function follow(id, focus) {
  live.followed = id;
  for (const item of byId("live-attempts").children) {
    item.firstChild.setAttribute("aria-current", String(Number(item.dataset.attempt) === id));
  }
  history.replaceState(null, "", `#attempt-${id}`);
  draw(focus);
}

function facts(list) {
  const before = new Map([...byId("live-facts").querySelectorAll("dt")].map((name) => [name.textContent, name.nextElementSibling.textContent]));
  const shown = [];
  let changed = 0;
  for (const fact of list) {
    const value = make("dd", "", fact.value);
    if (before.get(fact.name) !== fact.value) {
      value.dataset.changed = "true";
      changed += 1;
    }
    shown.push(make("dt", "", fact.name), value);
  }
  byId("live-facts").replaceChildren(...shown);
  const gone = [...before.keys()].filter((name) => !list.some((fact) => fact.name === name)).length;
  if (changed + gone > 0) byId("live-registered").textContent = `Changed at ${new Date().toLocaleTimeString()}.`;
}

function connect() {
  if (live.source) live.source.close();
  const watched = byId("live-facts");
  const filter = byId("live-filter");
  const address = watched ? `/ui/subscribers/${watched.dataset.watch}/watch/events` : `/ui/live/events?${new URLSearchParams(new FormData(filter))}`;
  live.begun = false;
  live.rows.clear();
  if (byId("live-attempts")) byId("live-attempts").replaceChildren();
  const source = new EventSource(address);
  live.source = source;
  source.addEventListener("changes", (event) => {
    const changes = JSON.parse(event.data);
    if (live.paused) live.waiting.push(changes);
    else take(changes);
    // Who pauses for long sees the latest state when he goes on.
    if (live.waiting.length > 200) live.waiting.splice(0, 100);
  });
  source.addEventListener("state", (event) => { if (!live.paused) facts(JSON.parse(event.data)); });
  source.addEventListener("gone", (event) => {
    source.close();
    byId("live-state").textContent = event.data;
  });
  source.onerror = () => {
    byId("live-state").textContent = source.readyState === EventSource.CLOSED
      ? "The core does not tell more: the session has ended, or too many pages follow it. Load the page again."
      : "The connection broke; trying again…";
    // What is told anew begins at the beginning.
    live.begun = false;
  };
}

function pause() {
  live.paused = !live.paused;
  byId("live-pause").setAttribute("aria-pressed", String(live.paused));
  byId("live-pause").textContent = live.paused ? "Go on" : "Pause";
  if (live.paused) {
    byId("live-state").textContent = `Paused; ${byId("live-state").textContent}`;
  } else {
    for (const changes of live.waiting.splice(0)) take(changes);
    if (live.followed !== null) draw(false);
  }
}

if (byId("live-pause")) byId("live-pause").addEventListener("click", pause);
const filterForm = byId("live-filter");
if (filterForm) {
  let timer = null;
  filterForm.addEventListener("submit", (event) => { event.preventDefault(); connect(); });
  filterForm.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(connect, 200);
  });
}
if (byId("live-attempts")) {
  byId("live-attempts").addEventListener("keydown", (event) => moveFocus(event, "button"));
  const asked = /^#attempt-(\d+)$/.exec(location.hash);
  if (asked) follow(Number(asked[1]), false);
}
connect();
