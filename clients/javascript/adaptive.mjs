// A client of *adaptive* for browsers and Node.  One file, no dependencies.
//
//     import { Adaptive } from "./adaptive.mjs";
//
//     const music = new Adaptive("ws://127.0.0.1:8080/ws");
//     music.on("beat", ({ bar, beat }) => flash(bar, beat));
//     music.setParameter("intensity", 0.8);                  // every frame, if you like
//     const receipt = await music.trigger("kill");           // { status: "finished", … }
//     const slot = await music.save();                       // JSON for your save file
//     await music.restore(slot);
//
// Node 22 and browsers have a WebSocket.  Before that give one: `new Adaptive(url, { WebSocket })` with
// that of the package `ws`, or start Node 20 with --experimental-websocket.
//
// When the connection is lost, the client connects again, after 0.25 s at first and every 5 s at last.  It
// then subscribes again, and sends the latest value of each parameter and state that it has set.  Requests
// that wait for an answer are rejected: an event that was sent may have sounded or not, and is not repeated.

const LAST = new Set(["finished", "superseded", "merged", "dropped", "failed"]);
const FIRST_WAIT_MS = 250, LONGEST_WAIT_MS = 5000;
const MOST_AT_ONCE = 256;        // requests in a message; the engine takes 1,024 and 65,536 bytes
const MOST_UNSENT_BYTES = 65536; // while more waits in the socket, parameters keep their latest value only

export class Adaptive {
  #url; #make; #socket = null; #timer = null; #wait = FIRST_WAIT_MS; #isClosed = false;
  #isReady = false; #isPlanned = false; #count = 0; #bar = null;
  #unsent = new Map();     // parameters that changed since the last message
  #requests = [];          // other requests, in order
  #parameters = new Map(); // the latest values, for a new connection
  #states = new Map();
  #waiting = new Map();    // id -> { resolve, reject }
  #listeners = new Map();
  #prefix = `js-${Math.random().toString(36).slice(2, 8)}-`;

  // `subscribe` are topics of the protocol; a token goes into the URL: ws://host:8080/ws?token=…
  constructor(url = "ws://127.0.0.1:8080/ws", options = {}) {
    this.#url = url;
    this.#make = options.WebSocket ?? globalThis.WebSocket;
    this.topics = options.subscribe ?? ["beat", "section"];
    this.hello = null;     // what the preset has and what plays; null until the engine has said it
    if (!this.#make) throw new Error("there is no WebSocket here: give { WebSocket } of the package ws");
    this.#connect();
  }

  get isConnected() { return this.#isReady; }

  // Names: hello, lost, beat {bar, beat, section, tempo_bpm, heard_frame}, bar (the same, at beat 1),
  // section, receipt, fault {error, at, id}, message (everything).  Returns a function that ends it.
  on(name, listener) {
    if (!this.#listeners.has(name)) this.#listeners.set(name, new Set());
    this.#listeners.get(name).add(listener);
    return () => this.#listeners.get(name).delete(listener);
  }

  // Of what is set in one turn of the event loop, the latest value is sent, all in one transaction.
  setParameter(name, value) {
    if (this.#parameters.get(name) === value) return;
    this.#parameters.set(name, value);
    this.#unsent.set(name, value);
    this.#plan();
  }

  setState(group, value) {
    this.#states.set(group, value);
    if (this.#isReady) this.#put({ state: { [group]: value } }); // else it is sent after hello
  }

  // Fires an event; resolves with its last receipt: `finished`, or `dropped` with the reason.
  trigger(name, { velocity, expires_s, id } = {}) { return this.ask({ event: name, velocity, expires_s, id }); }

  async save() { return (await this.ask({ save: true })).saved; }

  restore(saved) { return this.ask({ restore: saved }); }

  // Sends any request and resolves with its last answer; rejects if it is refused or the connection is lost.
  ask(request) {
    const id = request.id ?? `${this.#prefix}${++this.#count}`;
    return new Promise((resolve, reject) => {
      if (!this.#isReady) { reject(new Error("the engine is not connected")); return; }
      if (this.#waiting.has(id)) { reject(new Error(`the id ${id} is in use`)); return; }
      this.#waiting.set(id, { resolve, reject });
      this.#put({ ...request, id });
    });
  }

  // Sends any request without waiting for an answer; while there is no connection, it is lost.
  send(request) { if (this.#isReady) this.#put(request); }

  close() {
    this.#flush();
    this.#isClosed = true;
    clearTimeout(this.#timer);
    if (this.#socket) this.#socket.close();
    this.#lose("the client was closed");
  }

  #connect() {
    const socket = this.#socket = new this.#make(this.#url);
    socket.onmessage = ({ data }) => { if (socket === this.#socket) this.#take(JSON.parse(data)); };
    socket.onerror = () => {}; // close follows
    socket.onclose = () => {
      if (socket !== this.#socket || this.#isClosed) return;
      this.#lose("the connection was lost");
      this.#timer = setTimeout(() => this.#connect(), this.#wait);
      this.#wait = Math.min(2 * this.#wait, LONGEST_WAIT_MS);
    };
  }

  #lose(reason) {
    const wasReady = this.#isReady;
    this.#isReady = false;
    this.#requests = [];
    for (const { reject } of this.#waiting.values()) reject(new Error(reason));
    this.#waiting.clear();
    if (wasReady) this.#tell("lost", reason);
  }

  #take(message) {
    this.#tell("message", message);
    if ("hello" in message) this.#greet(message.hello);
    else if ("beat" in message) this.#countBeat(message.beat);
    else if ("section" in message) this.#tell("section", message.section);
    else if ("receipt" in message) {
      this.#tell("receipt", message);
      if (LAST.has(message.status)) this.#settle(message.receipt, "resolve", message);
    } else if ("saved" in message) this.#settle(message.id, "resolve", message);
    else if ("error" in message) {
      this.#settle(message.id, "reject", new Error(message.error));
      this.#tell("fault", message);
    }
  }

  #greet(hello) { // also comes after `load`, and after an edit that changes what the preset has
    this.hello = hello;
    if (!this.#isReady) {
      this.#isReady = true;
      this.#wait = FIRST_WAIT_MS;
      this.#put({ subscribe: this.topics });
      if (this.#states.size) this.#put({ state: Object.fromEntries(this.#states) });
      for (const [name, value] of this.#parameters) this.#unsent.set(name, value);
    }
    this.#tell("hello", hello);
  }

  #countBeat(told) {
    const [bar, beat] = told.position.split(".").map(Number);
    const heard = { ...told, bar, beat };
    this.#tell("beat", heard);
    if (bar !== this.#bar) { this.#bar = bar; this.#tell("bar", heard); }
  }

  #settle(id, how, what) {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (waiting) waiting[how](what);
  }

  #tell(name, what) { for (const listener of [...(this.#listeners.get(name) ?? [])]) listener(what); }

  #put(request) { this.#requests.push(request); this.#plan(); }

  #plan() {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    queueMicrotask(() => { this.#isPlanned = false; this.#flush(); });
  }

  #flush() {
    if (!this.#isReady) return;
    const requests = this.#requests;
    this.#requests = [];
    if (this.#socket.bufferedAmount < MOST_UNSENT_BYTES) {
      const parameters = [...this.#unsent].map(([parameter, value]) => ({ parameter, value }));
      this.#unsent.clear();
      requests.unshift(...parameters);
    } else setTimeout(() => this.#plan(), 50);
    for (let i = 0; i < requests.length; i += MOST_AT_ONCE)
      this.#socket.send(JSON.stringify(requests.slice(i, i + MOST_AT_ONCE)));
  }
}
