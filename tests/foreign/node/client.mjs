// A game with clients/javascript: it does all that the client can, prints what it heard as a line of JSON,
// then waits until the connection is cut and back, and says so.
import { Adaptive } from "../../../clients/javascript/adaptive.mjs";

const [url, value] = process.argv.slice(2);
const music = new Adaptive(url, { subscribe: ["beat", "section"] });
const once = (name) => new Promise((resolve) => {
  const end = music.on(name, (what) => { end(); resolve(what); });
});

setTimeout(() => { console.error("nothing for 25 s"); process.exit(1); }, 25000).unref();
const bar = once("bar");
const early = await music.trigger("hit").catch((error) => error.message);
music.setParameter("threat", 0); // these wait for the connection
music.setState("place", "inn");
const hello = await once("hello");
const beat = await bar;
for (let frame = 1; frame <= 10; frame++) {
  music.setParameter("threat", frame / 10 * Number(value));
  await new Promise((resolve) => setTimeout(resolve, 16));
}
const receipt = await music.trigger("hit", { velocity: 0.5 });
const refused = await music.trigger("hitt").catch((error) => error.message);
const saved = await music.save();
const restored = await music.restore(saved);
console.log(JSON.stringify({ preset: hello.preset, beat, receipt, early, refused, saved, restored }));

let open = null;
while (open === null) open = await music.trigger("hit").then(() => null, (error) => error.message);
console.log(JSON.stringify({ open }));
await once("hello");
const again = await music.save();
console.log(JSON.stringify({ parameters: again.parameters, states: again.states }));
music.close();
