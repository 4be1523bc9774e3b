// The report's page. What captures say is put in as text alone (textContent), never as markup: it is other people's.
"use strict";

const report = JSON.parse(document.getElementById("data").textContent);

// Everything of an attempt that can be searched for.
function searchable(attempt) {
  const texts = [
    `#${attempt.id}`, attempt.technology, attempt.procedure, attempt.outcome, attempt.ending, attempt.reached,
    attempt.broken_at, attempt.cause, attempt.security.integrity, attempt.security.ciphering,
    ...Object.values(attempt.subscriber), ...attempt.links.session_ids, ...attempt.links.call_ids,
  ];
  for (const finding of attempt.findings) texts.push(finding.code, finding.what, finding.severity);
  for (const message of attempt.messages) texts.push(message.name, message.cause);
  return texts.filter(Boolean).join("\n").toLowerCase();
}

// ---- the list ----

const entries = report.attempts.map((attempt) => {
  const fault = attempt.findings.find((finding) => finding.severity === "fault");
  const button = make("button", attempt.outcome,
    make("span", "sign", SIGNS[attempt.outcome]), ` #${attempt.id} ${attempt.procedure}: ${attempt.ending}`,
    make("span", "who", who(attempt) + (fault ? `, ${fault.code}` : "")));
  button.type = "button";
  button.dataset.attempt = attempt.id;
  button.addEventListener("click", () => { show(attempt, true); });
  return { attempt, button, item: make("li", "", button), text: searchable(attempt) };
});

function filterList() {
  const words = byId("query").value.toLowerCase().split(/\s+/).filter(Boolean);
  const outcome = byId("outcome").value;
  let shown = 0;
  for (const { attempt, item, text } of entries) {
    const fits = outcome === "" || outcome === attempt.outcome || (outcome === "fault" && hasFault(attempt));
    item.hidden = !(fits && words.every((word) => text.includes(word)));
    if (!item.hidden) shown += 1;
  }
  byId("count").textContent = `${shown} of ${counted(entries.length, "attempt")}`;
}

// ---- one attempt ----

let shown = null;

function show(attempt, focus) {
  shown = attempt;
  for (const entry of entries) entry.button.setAttribute("aria-current", String(entry.attempt === attempt));
  const article = byId("attempt");
  drawAttempt(article, attempt, report.captures.length);
  history.replaceState(null, "", `#attempt-${attempt.id}`);
  const entry = entries.find((one) => one.attempt === attempt);
  if (entry && window.innerWidth >= 960) entry.button.scrollIntoView({ block: "nearest" });
  if (focus) article.focus();
  if (focus && window.innerWidth < 960) article.scrollIntoView();
}

function fromAddress() {
  const asked = /^#attempt-(\d+)$/.exec(location.hash);
  const found = asked && report.attempts.find((attempt) => attempt.id === Number(asked[1]));
  const worst = report.attempts.find((attempt) => attempt.mark) || report.attempts[0];
  if (found || worst) show(found || worst, false);
  else byId("attempt").append(make("p", "", "No attempt of a subscriber is in these captures."));
}

// ---- the whole ----

function head() {
  const parts = Object.entries(report.totals).map(([technology, totals]) =>
    `${technology}: ${totals.success} succeeded, ${totals.failure} failed, ${totals.incomplete} incomplete`);
  byId("totals").textContent = parts.join("; ") || "no attempts";
  byId("pseudonyms").hidden = report.doctor.identities;
  for (const capture of report.captures) {
    const span = capture.first ? `, ${capture.first} to ${capture.last}` : "";
    byId("captures").append(make("p", "", make("b", "", capture.file), `: ${counted(capture.frames, "frame")}${span}`),
      ...capture.damage.map((line) => make("p", "warning sign", line)));
  }
  for (const line of report.not_shown) byId("captures").append(make("p", "", `Not shown: ${line}`));
  if (report.left_out > 0) {
    byId("left-out").hidden = false;
    byId("left-out").textContent = `${counted(report.left_out, "more attempt")} would not fit into this page; failures go first.`;
  }
}

head();
byId("attempts").append(...entries.map((entry) => entry.item));
byId("attempts").addEventListener("keydown", (event) => moveFocus(event, "button"));
byId("search").addEventListener("submit", (event) => event.preventDefault());
byId("query").addEventListener("input", filterList);
byId("outcome").addEventListener("change", filterList);
window.addEventListener("hashchange", fromAddress);
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !["INPUT", "SELECT"].includes(document.activeElement.tagName)) {
    event.preventDefault();
    byId("query").focus();
  }
  if (event.key === "Escape" && shown) {
    for (const box of document.querySelectorAll('.finding[data-chosen="true"] > button')) box.click();
  }
});
filterList();
fromAddress();
document.documentElement.dataset.ready = "true";
