// The page: a Listen button, sliders for parameters, buttons for states and events, and the latest decisions.
"use strict";
const $ = (id) => document.getElementById(id);
// the token of an engine that wants one stands behind the #, which a browser does not send to the server
const token = new URLSearchParams(location.hash.slice(1)).get("token");
const asked = token ? `?token=${encodeURIComponent(token)}` : "";
const address = (path) => `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}${asked}`;
const RETRY_MS = 1000;
const HELD_MS = 1500;   // time after a slider was moved in which it does not follow the engine
const DECISIONS = 6;
const USUAL_RATE = 48000;

// ── control connection ────────────────────────────────────────────────────────────────────────────

let control = null;
let sliders = {};       // parameter → {input, output, range, touched}

function send(message) {
  if (control && control.readyState === WebSocket.OPEN) control.send(JSON.stringify(message));
}

function element(tag, text = "", properties = {}) {
  const made = Object.assign(document.createElement(tag), properties);
  if (text) made.textContent = text;
  return made;
}

function digits(range) {
  const span = Math.abs(range[1] - range[0]);
  return span > 50 ? 0 : span > 5 ? 1 : 2;
}

function slider(name, spec) {
  const label = element("label");
  const [low, high] = spec.range;
  const input = spec.derived
    ? element("progress", "", { max: 1, value: (spec.default - low) / (high - low || 1) })
    : element("input", "", { type: "range", min: low, max: high, step: "any", value: spec.default });
  input.id = `parameter-${name}`;
  const output = element("output", Number(spec.default).toFixed(digits(spec.range)));
  const row = { input, output, range: spec.range, derived: spec.derived, touched: 0 };
  if (!spec.derived) {
    input.addEventListener("input", () => {
      row.touched = performance.now();
      send({ parameter: name, value: Number(input.value) });
    });
  } else label.title = "computed from other parameters";
  label.append(element("span", name), input, output);
  sliders[name] = row;
  return label;
}

function button(text, act) {
  const made = element("button", text);
  made.addEventListener("click", () => act(made));
  return made;
}

function stateRow(group, spec, hasTitle) {
  const row = element("div", "", { className: "row" });
  for (const value of spec.values) {
    const made = button(value, () => {
      send({ state: { [group]: value } });
      row.querySelectorAll("button").forEach((other) => other.classList.toggle("on", other === made));
    });
    made.classList.toggle("on", value === spec.default);
    row.append(made);
  }
  return hasTitle ? [element("h3", group), row] : [row];
}

function strike(name) {
  return button(name, (made) => {
    send({ event: name });
    made.classList.add("struck");
    setTimeout(() => made.classList.remove("struck"), 200);
  });
}

function build(hello) {
  $("title").textContent = document.title = hello.preset;
  $("error").textContent = "";
  $("why").replaceChildren();
  $("decisions").hidden = true;
  sliders = {};
  for (const id of ["parameters", "states"]) $(id).querySelectorAll("label, .row, h3").forEach((old) => old.remove());
  const parameters = Object.entries(hello.parameters);
  parameters.sort((a, b) => a[1].derived - b[1].derived);
  $("parameters").append(...parameters.map(([name, spec]) => slider(name, spec)));
  $("parameters").hidden = parameters.length === 0;
  const states = Object.entries(hello.states);
  $("states").append(...states.flatMap(([group, spec]) => stateRow(group, spec, states.length > 1)));
  $("states").hidden = states.length === 0;
  $("events").querySelector(".row").replaceChildren(...hello.events.map(strike));
  $("events").hidden = hello.events.length === 0;
}

function showValues(values) {
  for (const [name, value] of Object.entries(values)) {
    const row = sliders[name];
    if (!row) continue;
    const [low, high] = row.range;
    row.output.textContent = value.toFixed(digits(row.range));
    if (row.derived) row.input.value = (value - low) / (high - low || 1);
    // another program may set the parameter too: the slider shows its value unless the user is moving it
    else if (document.activeElement !== row.input && performance.now() - row.touched > HELD_MS) row.input.value = value;
  }
}

function showBeat(beat) {
  const tempo = `${beat.tempo_bpm.toFixed(1)} bpm`;
  $("now").replaceChildren(element("strong", beat.section || "silence"), ` · bar ${beat.position.split(".")[0]} · ${tempo}`);
  const number = Number(beat.position.split(".")[1]);
  const beats = $("beats");
  while (beats.children.length < number) beats.append(element("i"));
  [...beats.children].forEach((dot, index) => dot.classList.toggle("on", index + 1 === number));
}

function showDecision(line) {
  const target = line.target || "silence";
  const words = {
    planned: `${target}, because ${line.reason}`,
    cancelled: `not ${target} after all: ${line.reason}`,
    held: `${target} has to wait: ${line.reason}`,
  };
  const item = element("li");
  const text = (words[line.status] || `${target}: ${line.reason}`).replace(/select\[\d+\]: /g, "");
  item.append(element("span", line.position.replace(/\.0$/, "")), element("span", text));
  $("why").prepend(item);
  while ($("why").children.length > DECISIONS) $("why").lastChild.remove();
  $("decisions").hidden = false;
}

function hear(message) {
  if (message.hello) {
    build(message.hello);
    midi.use(message.hello);
  }
  if (message.beat) showBeat(message.beat);
  if (message.parameters) showValues(message.parameters);
  if (message.meters) {
    const peak = Math.max(...message.meters.peak_db);
    $("level").style.width = `${Math.max(0, Math.min(100, (peak + 60) / 60 * 100))}%`;
  }
  if (message.section && message.section.status !== "plays") showDecision(message.section);
  if (message.error) $("error").textContent = message.error;
}

function connect() {
  let wasOpen = false;
  control = new WebSocket(address("/ws"));
  control.onopen = () => (wasOpen = true) && send({ subscribe: ["beat", "section", "meters", "parameters"] });
  control.onmessage = (event) => hear(JSON.parse(event.data));
  control.onclose = () => {
    $("now").textContent = wasOpen ? "the engine is gone; trying again …"
      : "the engine does not answer, or wants a token: put #token=… behind the address; trying again …";
    $("level").style.width = "0";
    setTimeout(connect, RETRY_MS);
  };
}

// ── sound ─────────────────────────────────────────────────────────────────────────────────────────

let context = null;
let player = null;
let stream = null;
let isListening = false;

function showListening(is) {
  isListening = is;
  $("listen").textContent = is ? "Mute" : "Listen";
}

async function preparePlayer(rate, channels) {
  if (context.sampleRate !== rate) {
    await context.close();
    context = new AudioContext({ sampleRate: rate, latencyHint: "playback" });
    player = null;
  }
  if (player) player.disconnect();
  else await context.audioWorklet.addModule("worklet.js");
  player = new AudioWorkletNode(context, "player", {
    numberOfInputs: 0, outputChannelCount: [channels],
    processorOptions: { channels, lead: Math.round(rate * 0.15) },
  });
  player.connect(context.destination);
  window.adaptive = { context, player };
  await context.resume();
}

function openStream() {
  const mine = stream = new WebSocket(address("/listen"));
  let isKnown = false;
  mine.binaryType = "arraybuffer";
  mine.onmessage = async (event) => {
    if (typeof event.data === "string") {
      isKnown = true;
      const { sample_rate: rate, channels } = JSON.parse(event.data);
      await preparePlayer(rate, channels);
    } else if (player) player.port.postMessage(event.data, [event.data]);
  };
  mine.onclose = () => {
    if (stream !== mine || !isListening) return;
    if (!isKnown && control.readyState === WebSocket.OPEN) {
      showListening(false);
      $("error").textContent =
        "This engine plays on its own sound card; start it with --sink web to listen here.";
    } else setTimeout(() => isListening && stream === mine && openStream(), RETRY_MS);
  };
}

async function listen() {
  if (isListening) {
    showListening(false);
    stream.close();
    await context.suspend();
    return;
  }
  // created in the click handler, because some browsers allow audio only after a user gesture
  context = context || new AudioContext({ sampleRate: USUAL_RATE, latencyHint: "playback" });
  showListening(true);
  openStream();
  await context.resume();
}

$("listen").addEventListener("click", listen);
$("stop").addEventListener("click", () => send({ stop: true }));
$("play").addEventListener("click", () => send({ play: true }));
midi.begin();
connect();
