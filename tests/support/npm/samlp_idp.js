// The npm package samlp as an identity provider: one JSON object a line in, one base64 text a line out.
// An object {"metadata": …} asks for metadata, {"response": …} for a response.
"use strict";

const fs = require("node:fs");
const readline = require("node:readline");
const samlp = require("samlp");

const [keyFile, certificateFile, entityId] = process.argv.slice(2);
const key = fs.readFileSync(keyFile);
const cert = fs.readFileSync(certificateFile);

function metadata(send) {
  const endpoints = { redirectEndpointPath: "/sso", postEndpointPath: "/sso" };
  const request = { headers: { host: "idp.example.com" }, protocol: "https", originalUrl: "" };
  samlp.metadata({ issuer: entityId, cert, ...endpoints })(request, { set() {}, send });
}

function response(wanted, send) {
  const options = {
    key,
    cert,
    issuer: wanted.issuer || entityId,
    audience: wanted.audience,
    recipient: wanted.recipient,
    destination: wanted.destination,
    inResponseTo: wanted.in_response_to || undefined,
    lifetimeInSeconds: wanted.lifetime,
    signAssertion: wanted.sign === "assertion" || wanted.sign === "both",
    signResponse: wanted.sign === "response" || wanted.sign === "both",
    signatureAlgorithm: `rsa-${wanted.hash}`,
    digestAlgorithm: wanted.hash,
    authnContextClassRef: "urn:oasis:names:tc:SAML:2.0:ac:classes:Password",
    profileMapper: () => ({
      getClaims: () => wanted.attributes,
      getNameIdentifier: () => ({
        nameIdentifier: wanted.name_id,
        nameIdentifierFormat: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
      }),
    }),
  };
  samlp.getSamlResponse(options, {}, (error, document) => {
    if (error) throw error;
    send(document);
  });
}

function answer(document) {
  process.stdout.write(`${Buffer.from(document, "utf8").toString("base64")}\n`);
}

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const asked = JSON.parse(line);
  if (asked.metadata) metadata(answer);
  else response(asked.response, answer);
});
