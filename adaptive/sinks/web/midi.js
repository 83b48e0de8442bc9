// MIDI ports of the browser on the page: notes play a layer, controllers that were learned move parameters.
"use strict";
const midi = (() => {
  const TOP = 127;
  const TOP_OF_BEND = 16383;
  const LAST_CONTROLLER = 119;   // controllers above are modes of a channel
  const SOUND_OFF = 120, NOTES_OFF = 123;
  const NONE = "nothing";

  let access = null;      // MIDIAccess, while the button is on
  let preset = "";
  let layers = [];
  let ranges = {};        // parameter → [low, high], of those that can be set
  let bound = {};         // knob → parameter
  let moved = null;       // the knob that moved last
  const held = new Map(); // "port\nchannel\npitch" → {layer, pitch}

  // ── notes ───────────────────────────────────────────────────────────────────────────────────────

  function press(key, pitch, velocity) {
    const layer = $("midi-layer").value;
    lift(key);
    if (layer === NONE) return;
    held.set(key, { layer, pitch });
    send({ note: { layer, pitch, velocity: velocity / TOP } });
  }

  // the note ends in the layer in which it began, and only when no other key holds it
  function lift(key) {
    const note = held.get(key);
    if (!note) return;
    held.delete(key);
    const isHeld = [...held.values()].some((other) => other.layer === note.layer && other.pitch === note.pitch);
    if (!isHeld && layers.includes(note.layer)) send({ note: { ...note, velocity: 0 } });
  }

  function liftAll(beginning = "") {
    for (const key of [...held.keys()]) if (key.startsWith(beginning)) lift(key);
  }

  // ── controllers ─────────────────────────────────────────────────────────────────────────────────

  const stored = () => `adaptive midi ${preset}`;

  function remember() {
    // a browser may forbid a page to store anything
    try { localStorage.setItem(stored(), JSON.stringify(bound)); } catch { /* kept until the page is closed */ }
  }

  function recall() {
    bound = {};
    try {
      const found = JSON.parse(localStorage.getItem(stored()));
      if (found && typeof found === "object") bound = found;
    } catch { /* nothing is stored, or something that is not ours */ }
  }

  function turn(knob, share) {
    const name = bound[knob];
    if (Object.hasOwn(ranges, name)) {
      const [low, high] = ranges[name];
      send({ parameter: name, value: low + (high - low) * share });
    }
    // while the user picks a parameter, a knob that trembles does not change which one is learned
    if (knob === moved || document.activeElement === $("midi-parameter")) return;
    moved = knob;
    showKnob();
  }

  function learn() {
    if (!moved) return;
    const name = $("midi-parameter").value;
    if (name === NONE) delete bound[moved];
    else bound[moved] = name;
    remember();
    $("midi-parameter").blur();
  }

  // ── bytes ───────────────────────────────────────────────────────────────────────────────────────

  function take(port, bytes) {
    const [status, first, second = 0] = bytes;
    const kind = status & 0xf0, channel = status & 0x0f;
    // a browser delivers one whole message at a time, without running status
    const isWhole = kind === 0xd0 ? bytes.length === 2 : bytes.length === 3;
    if (kind < 0x80 || kind === 0xf0 || !isWhole || first > TOP || second > TOP) return;
    const key = `${port.id}\n${channel}\n`;
    const knob = (what) => `${port.name || "a port"}, channel ${channel + 1}, ${what}`;
    if (kind === 0x90 && second > 0) press(key + first, first, second);
    else if (kind === 0x90 || kind === 0x80) lift(key + first);
    else if (kind === 0xb0 && first <= LAST_CONTROLLER) turn(knob(`controller ${first}`), second / TOP);
    else if (kind === 0xb0 && (first === SOUND_OFF || first >= NOTES_OFF)) liftAll(key);
    else if (kind === 0xd0) turn(knob("pressure"), first / TOP);
    else if (kind === 0xe0) turn(knob("bend"), (first | second << 7) / TOP_OF_BEND);
  }

  // ── ports and page ──────────────────────────────────────────────────────────────────────────────

  function showKnob() {
    $("midi-knob").textContent = moved || "move a knob, then pick its parameter";
    $("midi-parameter").disabled = !moved;
    $("midi-parameter").value = Object.hasOwn(ranges, bound[moved]) ? bound[moved] : NONE;
  }

  function fill(select, names) {
    const before = select.value;
    select.replaceChildren(...[NONE, ...names].map((name) => element("option", name, { value: name })));
    select.value = names.includes(before) ? before : NONE;
  }

  function listen() {
    const inputs = [...access.inputs.values()].filter((port) => port.state === "connected");
    for (const port of inputs) port.onmidimessage = (event) => take(port, event.data);
    const names = inputs.map((port) => port.name || "a port");
    $("midi-ports").textContent = names.length ? names.join(", ") : "No MIDI port is connected; one that comes is used.";
  }

  function close() {
    liftAll();
    for (const port of access.inputs.values()) {
      port.onmidimessage = null;
      port.close();
    }
    access.onstatechange = null;
    access = null;
    show(false);
  }

  function show(is) {
    $("midi").hidden = !is;
    $("midi-open").classList.toggle("on", is);
    $("midi-open").setAttribute("aria-pressed", String(is));
  }

  async function toggle() {
    $("midi-trouble").textContent = "";
    if (access) {
      close();
      return;
    }
    if (!navigator.requestMIDIAccess) {
      $("midi-trouble").textContent = window.isSecureContext
        ? "This browser has no Web MIDI; Chrome, Edge and Firefox have it."
        : "A browser gives MIDI only to a page that it gets by https or from its own machine (http://localhost).";
      return;
    }
    let given;
    try {
      given = await navigator.requestMIDIAccess({ sysex: false });
    } catch (error) {
      $("midi-trouble").textContent = error.name === "SecurityError" || error.name === "NotAllowedError"
        ? "The browser refused MIDI to this page; it can be allowed in the browser's settings of this site."
        : "The browser could not open MIDI on this machine.";
      return;
    }
    if (access) return;   // the button was pressed twice before the browser answered
    access = given;
    access.onstatechange = ({ port }) => {
      if (!access || port.type !== "input") return;
      if (port.state !== "connected") liftAll(`${port.id}\n`);
      listen();
    };
    listen();
    showKnob();
    show(true);
  }

  // a new connection, another preset, or an edit: the engine ended the notes, or cannot name their layer any more
  function use(hello) {
    layers = hello.layers || [];
    liftAll();
    const isOther = preset !== hello.preset;
    preset = hello.preset;
    ranges = Object.fromEntries(
      Object.entries(hello.parameters).filter(([, spec]) => !spec.derived).map(([name, spec]) => [name, spec.range]));
    if (isOther) recall();
    fill($("midi-layer"), layers);
    if ($("midi-layer").value === NONE && layers.length) $("midi-layer").value = layers[0];
    fill($("midi-parameter"), Object.keys(ranges));
    showKnob();
  }

  function begin() {
    $("midi-open").addEventListener("click", toggle);
    $("midi-layer").addEventListener("change", () => liftAll());
    $("midi-parameter").addEventListener("change", learn);
  }

  return { begin, use };
})();
