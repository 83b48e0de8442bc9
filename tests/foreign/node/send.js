// A game in Node: a parameter on its own, then an event and a state in one bundle with a time tag of now.
const osc = require("osc");
const [port, client, value] = process.argv.slice(2);
const socket = new osc.UDPPort({ localAddress: "127.0.0.1", localPort: 0, metadata: true });

socket.on("ready", () => {
  const to = ["127.0.0.1", Number(port)];
  socket.send({ address: `/adaptive/parameter/${client}`, args: [{ type: "f", value: Number(value) }] }, ...to);
  socket.send({
    timeTag: osc.timeTag(0),
    packets: [
      { address: `/adaptive/event/${client}`, args: [] },
      { address: "/adaptive/state/caller", args: [{ type: "s", value: client }] },
    ],
  }, ...to);
  setTimeout(() => socket.close(), 50);
});
socket.on("error", (error) => { console.error(error.message); process.exit(1); });
socket.open();
