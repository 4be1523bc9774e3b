// An attempt as a ladder, in the report's page and in the page of a running core. What others say is put in as text alone
// (textContent), never as markup.
"use strict";

const NODES = ["UE", "eNB", "gNB", "P-CSCF", "I-CSCF", "S-CSCF", "proxy", "registrar", "MME", "AMF", "AUSF", "UDM", "HSS"];
const SIGNS = { success: "✓", failure: "✗", incomplete: "?" };
const GRAVITY = { fault: 3, warning: 2, note: 1 };
const byId = (id) => document.getElementById(id);

// An element with a class and children: elements, or texts.
function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  for (const child of children) {
    if (child !== null && child !== undefined && child !== "") element.append(child);
  }
  return element;
}

const counted = (count, one) => `${count} ${one}${count === 1 ? "" : "s"}`;

function who(attempt) {
  const s = attempt.subscriber;
  const known = s.imsi || s.guti || s.suci || s.impi || s.impu;
  if (known) return known;
  const links = attempt.links;
  if (links.mme_ue_s1ap_id != null) return `MME UE S1AP ID ${links.mme_ue_s1ap_id}`;
  if (links.enb_ue_s1ap_id != null) return `eNB UE S1AP ID ${links.enb_ue_s1ap_id}`;
  if (links.amf_ue_ngap_id != null) return `AMF UE NGAP ID ${links.amf_ue_ngap_id}`;
  if (links.ran_ue_ngap_id != null) return `RAN UE NGAP ID ${links.ran_ue_ngap_id}`;
  return "unknown subscriber";
}

// Frames of two captures have the same numbers.
const proves = (finding, capture, frame) =>
  finding.frames.some((known, n) => known === frame && finding.captures[n] === capture);

const hasFault = (attempt) => attempt.findings.some((finding) => finding.severity === "fault");

// Up and down move through what a key press is in: the list, or the ladder.
function moveFocus(event, selector) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const all = [...event.currentTarget.querySelectorAll(selector)].filter((one) => one.offsetParent !== null);
  const next = all[all.indexOf(document.activeElement) + step];
  if (next) {
    event.preventDefault();
    next.focus();
  }
}

function fact(name, value) {
  if (value === null || value === undefined || value === "") return null;
  return make("li", "", `${name} `, make("b", "", String(value)));
}

function factsOf(attempt) {
  const security = attempt.security;
  const ksi = security.ksi === null ? null : `${security.ksi & 7}${security.ksi & 8 ? " (mapped)" : ""}`;
  return make("ul", "facts",
    fact("subscriber", who(attempt)), fact("outcome", attempt.outcome), fact("reached", attempt.reached),
    fact("broken at", attempt.broken_at), fact("cause", attempt.cause),
    fact("frames", `${attempt.frames[0]}–${attempt.frames[1]}`),
    fact("integrity", security.integrity), fact("ciphering", security.ciphering), fact("KSI", ksi),
    fact("offered", security.offered.join(", ")), fact("first protected frame", security.first_protected_frame),
    fact("keys", security.keys), fact("MME UE S1AP ID", attempt.links.mme_ue_s1ap_id),
    fact("eNB UE S1AP ID", attempt.links.enb_ue_s1ap_id),
    fact("AMF UE NGAP ID", attempt.links.amf_ue_ngap_id), fact("RAN UE NGAP ID", attempt.links.ran_ue_ngap_id),
    fact("Session-Id", attempt.links.session_ids.join(", ")));
}

function framesOf(finding, captures) {
  if (captures < 2) return finding.frames.join(", ");
  return finding.frames.map((frame, n) => `${frame} of capture ${finding.captures[n] + 1}`).join(", ");
}

function findingOf(finding, captures, choose) {
  const box = make("section", `finding ${finding.severity}`);
  const button = make("button", "", make("span", "severity", finding.severity), " ",
    make("span", "code", finding.code), " ", make("span", "quiet", finding.clause), make("p", "what", finding.what));
  button.type = "button";
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", () => { choose(finding, box); });
  const body = make("div", "body");
  if (finding.causes.length > 0) {
    const causes = finding.causes.map((cause) => make("li", "", cause.why, make("p", "quiet", cause.evidence)));
    body.append(make("p", "", "Likely causes:"), make("ol", "causes", ...causes));
  }
  if (finding.next) body.append(make("p", "next", make("b", "", "Next: "), finding.next));
  if (finding.frames.length > 0) body.append(make("p", "frames quiet", `${captures > 0 ? "Frames" : "Messages"} ${framesOf(finding, captures)}`));
  if (finding.display_filter && captures > 0) body.append(make("p", "quiet", "Wireshark: ", make("code", "", finding.display_filter)));
  box.append(button, body);
  return box;
}

// Seconds between two times of RFC 3339 with nanoseconds.
function seconds(from, to) {
  const split = (time) => /^(.*?)(?:\.(\d+))?Z$/.exec(time);
  const [a, b] = [split(from), split(to)];
  if (!a || !b) return "";
  const whole = (Date.parse(`${b[1]}Z`) - Date.parse(`${a[1]}Z`)) / 1000;
  const part = (Number(`0.${b[2] || 0}`) - Number(`0.${a[2] || 0}`));
  return Number.isFinite(whole) ? (whole + part).toFixed(6) : "";
}

const percent = (lane, lanes) => `${((lane + 0.5) / lanes) * 100}%`;

function lanesOf(names) {
  const lanes = make("span", "lanes");
  names.forEach((_, lane) => {
    const life = make("span", "life");
    life.style.left = percent(lane, names.length);
    lanes.append(life);
  });
  return lanes;
}

function detailsOf(message) {
  const list = make("dl", "details");
  const add = (name, value) => {
    if (value !== null && value !== undefined && value !== "") {
      list.append(make("dt", "", name), make("dd", "", String(value)));
    }
  };
  add("frame", message.capture > 0 ? `${message.frame} of capture ${message.capture + 1}` : message.frame);
  add("time", message.time);
  add("from, to", `${message.from} → ${message.to}`);
  add("protocol", message.protocol);
  add("header", message.header);
  add("sequence number", message.sequence);
  add("COUNT", message.count);
  add("MAC", message.mac);
  add("cause", message.cause);
  for (const detail of message.details) add("", detail);
  if (message.repeated) add("", "repeats an earlier message");
  list.hidden = true;
  return list;
}

function messageOf(attempt, message, names) {
  const [from, to] = [names.indexOf(message.from), names.indexOf(message.to)];
  const [left, right] = [Math.min(from, to), Math.max(from, to)];
  const lanes = lanesOf(names);
  const arrow = make("span", `arrow ${from < to ? "right" : "left"}`);
  arrow.style.left = percent(left, names.length);
  arrow.style.width = `${((right - left) / names.length) * 100}%`;
  const label = make("span", "label", message.name);
  label.style.left = `${((left + right + 1) / 2 / names.length) * 100}%`;
  lanes.append(arrow, label);
  const mac = message.mac ? `MAC ${message.mac}` : "";
  const brief = [message.header, mac, message.cause, ...message.details].filter(Boolean).join("; ");
  const button = make("button", "row",
    make("span", "time", seconds(attempt.messages[0].time, message.time)), lanes, make("span", "brief", brief));
  button.type = "button";
  button.setAttribute("aria-label", `Frame ${message.frame}: ${message.name}, from ${message.from} to ${message.to}. ${brief}`);
  button.setAttribute("aria-expanded", "false");
  const details = detailsOf(message);
  button.addEventListener("click", () => {
    details.hidden = !details.hidden;
    button.setAttribute("aria-expanded", String(!details.hidden));
  });
  const item = make("li", "message", button, details);
  item.dataset.frame = message.frame;
  item.dataset.capture = message.capture;
  item.dataset.repeated = message.repeated;
  const proven = attempt.findings.filter((finding) => proves(finding, message.capture, message.frame));
  proven.sort((a, b) => GRAVITY[b.severity] - GRAVITY[a.severity]);
  if (proven.length > 0) item.dataset.proof = proven[0].severity;
  return item;
}

function ladderOf(attempt) {
  const rank = (name) => (NODES.includes(name) ? NODES.indexOf(name) : NODES.length);
  const names = [...new Set(attempt.messages.flatMap((message) => [message.from, message.to]))];
  names.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const head = lanesOf(names);
  names.forEach((name, lane) => {
    const label = make("span", "name", name);
    label.style.left = percent(lane, names.length);
    head.append(label);
  });
  const ladder = make("ol", "ladder", make("li", "names row", make("span", "time", "seconds"), head, make("span", "brief")));
  attempt.messages.forEach((message, n) => {
    if (attempt.mark && attempt.mark.after === n) ladder.append(make("li", "break", attempt.mark.text));
    ladder.append(messageOf(attempt, message, names));
  });
  if (attempt.mark && attempt.mark.after >= attempt.messages.length) ladder.append(make("li", "break", attempt.mark.text));
  ladder.addEventListener("keydown", (event) => moveFocus(event, "button.row"));
  return ladder;
}

// Puts an attempt into an article. `captures`: how many captures its frames are of; 0 where they are no frames of a file.
function drawAttempt(article, attempt, captures) {
  const ladder = ladderOf(attempt);
  const choose = (finding, box) => {
    const chosen = box.dataset.chosen !== "true";
    for (const other of article.querySelectorAll(".finding")) {
      other.dataset.chosen = String(other === box && chosen);
      other.querySelector("button").setAttribute("aria-pressed", other.dataset.chosen);
    }
    let first = null;
    for (const item of ladder.querySelectorAll(".message")) {
      const marked = chosen && proves(finding, Number(item.dataset.capture), Number(item.dataset.frame));
      item.dataset.chosen = String(marked);
      first = first || (marked ? item : null);
    }
    if (first) first.scrollIntoView({ block: "center" });
  };
  const findings = make("div", "findings", ...attempt.findings.map((finding) => findingOf(finding, captures, choose)));
  article.replaceChildren(
    make("h2", "", make("span", `sign ${attempt.outcome}`, SIGNS[attempt.outcome]),
      ` #${attempt.id} ${attempt.procedure}: ${attempt.ending}`),
    factsOf(attempt),
    attempt.findings.length > 0 ? make("h3", "", "Findings") : "", findings,
    make("h3", "", "Messages"), ladder);
  if (attempt.not_shown.length > 0) {
    article.append(make("h3", "", captures > 0 ? "What the capture does not show" : "What was not seen"),
      make("ul", "", ...attempt.not_shown.map((line) => make("li", "", line))));
  }
}
