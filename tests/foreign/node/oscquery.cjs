// Finds an engine over mDNS by the port of its OSCQuery, and prints what its tree says as one line of JSON.
// Then it sets a parameter at the port for OSC that HOST_INFO tells.
const { OSCQueryDiscovery } = require("oscquery");
const osc = require("osc");

const [wantedPort, parameter, value] = [Number(process.argv[2]), process.argv[3], Number(process.argv[4])];
const discovery = new OSCQueryDiscovery();

discovery.on("error", (error) => {
  console.error(error);
  process.exit(1);
});
discovery.on("up", (service) => {
  if (service.port !== wantedPort) return;
  const node = service.resolvePath(`/adaptive/parameter/${parameter}`);
  console.log(JSON.stringify({ info: service.hostInfo, methods: service.flat(), value: node.getValue(0) }));
  const sender = new osc.UDPPort({ localAddress: "127.0.0.1", localPort: 0 });
  sender.on("ready", () => {
    const message = { address: `/adaptive/parameter/${parameter}`, args: [{ type: "f", value }] };
    sender.send(message, service.address, service.hostInfo.oscPort);
    setTimeout(() => process.exit(0), 100);
  });
  sender.open();
});
discovery.start();
setTimeout(() => process.exit(2), 15000);
