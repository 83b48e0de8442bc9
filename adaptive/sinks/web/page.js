// One page: a button, the parameters as sliders, states and events as buttons.
"use strict";
const $ = (id) => document.getElementById(id);
const address = (path) => `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}`;
let control = null;
let context = null;

function send(message) {
  if (control && control.readyState === WebSocket.OPEN) control.send(JSON.stringify(message));
}

function slider(name, spec) {
  const label = document.createElement("label");
  const text = document.createElement("span");
  text.textContent = name;
  const input = document.createElement("input");
  Object.assign(input, { type: "range", min: spec.range[0], max: spec.range[1], step: "any", value: spec.default });
  input.id = `parameter-${name}`;
  const shown = document.createElement("output");
  shown.textContent = Number(spec.default).toFixed(2);
  input.addEventListener("input", () => {
    shown.textContent = Number(input.value).toFixed(2);
    send({ parameter: name, value: Number(input.value) });
  });
  label.append(text, input, shown);
  return label;
}

function button(text, act) {
  const made = document.createElement("button");
  made.textContent = text;
  made.addEventListener("click", () => act(made));
  return made;
}

function build(hello) {
  $("title").textContent = hello.preset;
  document.title = hello.preset;
  for (const id of ["parameters", "states"]) {
    $(id).querySelectorAll("label, .row, h3").forEach((old) => old.remove());
    $(id).hidden = true;
  }
  for (const [name, spec] of Object.entries(hello.parameters)) {
    if (spec.derived) continue;
    $("parameters").append(slider(name, spec));
    $("parameters").hidden = false;
  }
  for (const [group, spec] of Object.entries(hello.states)) {
    const row = document.createElement("div");
    row.className = "row";
    for (const value of spec.values) {
      row.append(button(value, (made) => {
        send({ state: { [group]: value } });
        row.querySelectorAll("button").forEach((other) => other.classList.toggle("on", other === made));
      }));
    }
    $("states").append(row);
    $("states").hidden = false;
  }
  const events = $("events").querySelector(".row");
  events.replaceChildren(...hello.events.map((name) => button(name, () => send({ event: name }))));
  $("events").hidden = hello.events.length === 0;
}

function hear(message) {
  if (message.hello) build(message.hello);
  if (message.beat) $("now").textContent =
    `${message.beat.section || "silence"} · ${message.beat.position} · ${message.beat.tempo_bpm.toFixed(1)} bpm`;
  if (message.meters) {
    const peak = Math.max(...message.meters.peak_db);
    $("level").style.width = `${Math.max(0, Math.min(100, (peak + 60) / 60 * 100))}%`;
  }
  if (message.section) $("why").textContent = message.section.reason;
  if (message.error) $("error").textContent = message.error;
}

function connect() {
  control = new WebSocket(address("/ws"));
  control.onopen = () => send({ subscribe: ["beat", "section", "meters"] });
  control.onmessage = (event) => hear(JSON.parse(event.data));
  control.onclose = () => {
    $("now").textContent = "the engine is gone; trying again …";
    setTimeout(connect, 1000);
  };
}

async function listen() {
  if (context) {
    if (context.state === "running") { await context.suspend(); $("listen").textContent = "Listen"; }
    else { await context.resume(); $("listen").textContent = "Pause"; }
    return;
  }
  const stream = new WebSocket(address("/listen"));
  stream.binaryType = "arraybuffer";
  let player = null;
  stream.onmessage = async (event) => {
    if (typeof event.data === "string") {
      const { sample_rate: rate, channels } = JSON.parse(event.data);
      context = new AudioContext({ sampleRate: rate, latencyHint: "playback" });
      await context.audioWorklet.addModule("worklet.js");
      player = new AudioWorkletNode(context, "player", {
        numberOfInputs: 0, outputChannelCount: [channels],
        processorOptions: { channels, lead: Math.round(rate * 0.15) },
      });
      player.connect(context.destination);
      window.adaptivePlayer = player;
      await context.resume();
      $("listen").textContent = "Pause";
    } else if (player) {
      player.port.postMessage(event.data, [event.data]);
    }
  };
  stream.onerror = () => { $("error").textContent =
    "This engine plays on its own sound card; start it with --sink web to listen here."; };
}

$("listen").addEventListener("click", listen);
connect();
