// Sends a capture to the doctor, says how far it is, and goes to the report.
"use strict";

const form = document.getElementById("upload");
const part = (name) => document.getElementById(`upload-${name}`);
let sending = null;

function say(text, bad) {
  part("state").textContent = text;
  part("state").className = bad ? "note bad" : "";
}

function idle() {
  sending = null;
  part("send").disabled = false;
  part("stop").hidden = true;
  part("progress").hidden = true;
}

const mebi = (octets) => `${(octets / 1048576).toFixed(1)} MiB`;

// Events of the answer, as far as it has come: name and data.
function eventsOf(text) {
  return text.split("\n\n").filter(Boolean).map((event) => {
    const lines = event.split("\n");
    const of = (name) => lines.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2)).join("\n");
    return { name: of("event"), data: of("data") };
  });
}

function failed(problem, status) {
  const what = [problem.title, problem.detail].filter(Boolean).join(": ");
  say(`${what || `It could not be sent (${status || "no answer"}): the core may have stopped`}.${problem.remedy ? ` What to do: ${problem.remedy}.` : ""}`, true);
}

function ended(request, file) {
  idle();
  if (request.status !== 200) {
    let problem = {};
    try { problem = JSON.parse(request.responseText); } catch { /* it is none */ }
    failed(problem, request.status);
    return;
  }
  const last = eventsOf(request.responseText).filter((event) => event.name === "report" || event.name === "failed").pop();
  if (last && last.name === "report") {
    say(`${file.name} is examined; here is the report.`, false);
    location.assign(last.data);
  } else if (last) {
    failed(JSON.parse(last.data));
  } else {
    failed({ title: "the report did not come", remedy: "send it again" });
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const file = part("file").files[0];
  if (!file || sending) return;
  const request = new XMLHttpRequest();
  const said = new URLSearchParams({ name: file.name, identities: String(part("identities").checked), keys: String(part("keys") !== null && part("keys").checked) });
  request.open("POST", `/ui/doctor/captures?${said}`);
  request.setRequestHeader("X-CSRF-Token", document.querySelector('meta[name="csrf"]').content);
  request.setRequestHeader("Content-Type", "application/vnd.tcpdump.pcap");
  request.setRequestHeader("Accept", "text/event-stream");
  request.upload.addEventListener("progress", (sent) => {
    part("progress").value = sent.total > 0 ? sent.loaded / sent.total : 0;
    say(sent.loaded < sent.total ? `${mebi(sent.loaded)} of ${mebi(sent.total)} read` : "The doctor looks at the last of it…", false);
  });
  request.addEventListener("load", () => ended(request, file));
  request.addEventListener("error", () => { idle(); failed({}, 0); });
  request.addEventListener("abort", () => { idle(); say("Stopped.", false); });
  sending = request;
  part("send").disabled = true;
  part("stop").hidden = false;
  part("progress").hidden = false;
  part("progress").value = 0;
  say("Sending…", false);
  request.send(file);
});

part("stop").addEventListener("click", () => { if (sending) sending.abort(); });
