// Calls whatever it is told to with node-soap: one JSON call a line in, one JSON answer a line out.
// It knows no contract: names, types and envelopes come from the WSDLs given as `service=address`.
// Bytes are {"base64": …} in JSON; to node-soap they are the text on the wire.
// Where npm installed node-soap stands in NODE_PATH.

const readline = require("node:readline");
const soap = require("soap");

function faultOf(error) {
  const fault = error.root?.Envelope?.Body?.Fault;
  if (!fault) throw error;
  const text = fault.faultstring ?? fault.Reason?.Text;
  return { text: text?.$value ?? text, detail: fault.detail ?? fault.Detail ?? null };
}

async function answer(client, call) {
  try {
    const [result] = await client[`${call.operation}Async`](call.arguments);
    return { result };
  } catch (error) {
    return { fault: faultOf(error) };
  }
}

async function main() {
  const clients = {};
  for (const given of process.argv.slice(2)) {
    const [service, wsdl] = given.split(/=(.*)/s);
    clients[service] = await soap.createClientAsync(wsdl);
  }
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const call = JSON.parse(line, (_, value) => value?.base64 ?? value);
    process.stdout.write(`${JSON.stringify(await answer(clients[call.service], call))}\n`);
  }
}

main();
