// A peer: node-soap on node's own HTTP server. The batch is checked by its schema with libxml2 (libxmljs2).
"use strict";

const fs = require("node:fs");
const http = require("node:http");
const libxml = require("libxmljs2");
const soap = require("soap");

const [port, password, schemaFile, wsdlFile] = process.argv.slice(2);
const schema = libxml.parseXml(fs.readFileSync(schemaFile, "utf8"));

const attribute = (element, name) =>
  element.attr(name).value().replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

function submit({ batch, password: given }) {
  if (given !== password) throw new Error("wrong password");
  const document = libxml.parseXml(batch);
  if (!document.validate(schema)) throw new Error("not a valid batch");
  const root = document.root();
  const unit = root.get("DataUnits/DataUnit");
  const now = new Date().toISOString().slice(0, 19);
  return {
    SubmitBatchPwResult:
      `<?xml version="1.0" encoding="utf-8"?>\n<DataBatchReceipt schemaVersion="1.1">` +
      `<DataBatchInReceipt batchId="${attribute(root, "batchId")}" ` +
      `enterpriseSystemId="${attribute(root, "enterpriseSystemId")}" status="OK" timeReceived="${now}">` +
      `<DataUnitInReceipt participantId="${attribute(unit, "participantId")}" ` +
      `sendersReference="${attribute(unit, "sendersReference")}" status="OK" timeReceived="${now}"/>` +
      `</DataBatchInReceipt></DataBatchReceipt>`,
  };
}

const server = http.createServer((request, response) => response.writeHead(404).end());
server.keepAliveTimeout = 0;
server.listen(Number(port), "127.0.0.1", () => {
  const service = { DataExchange: { DataExchangeSoap: { SubmitBatchPw: submit } } };
  soap.listen(server, "/webservices/dataexchange.asmx", service, fs.readFileSync(wsdlFile, "utf8"));
});
