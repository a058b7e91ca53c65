"use strict";
// The page on which the contract is read and, on a trial stack, tried. It holds a token and a
// signing secret in its fields and nowhere else; it must never store one or send the secret.

const isTrial = document.body.dataset.environment === "trial";
const tokenUrl = new URL(document.body.dataset.tokenUrl, location.href).href;
const field = (id) => document.getElementById(id);
const utf8 = new TextEncoder();

// ---------------------------------------------------------------- a partner's token

async function fetchToken() {
  say("partner", "A token is being fetched.");
  // Id and secret in the form, and no header: so a browser needs no leave to send it elsewhere.
  const answer = await fetch(tokenUrl, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: field("client-id").value.trim(),
      client_secret: field("client-secret").value.trim(),
    }),
  });
  if (!answer.ok) throw new Error(`${tokenUrl} answered ${answer.status}. Check id and secret.`);
  field("token").value = (await answer.json()).access_token;
  await whoAmI();
}

async function whoAmI() {
  if (!token()) return say("partner", "Calls are sent without a token.");
  const answer = await fetch("whoami", { headers: { Authorization: `Bearer ${token()}` } });
  const body = await answer.json();
  if (!answer.ok) throw new Error(`${body.title}: ${body.detail}`);
  const programs = body.programs.map((one) => one.program_id).join(", ") || "none";
  say("partner", `Calls are ${body.partner_id}'s. Programmes: ${programs}. Scopes: ` +
    `${body.scopes.join(", ")}.`);
}

function token() {
  return field("token").value.trim().replace(/^Bearer /, "");
}

// ---------------------------------------------------------------- a ride company's signature

async function sign(request) {
  const secret = field("secret").value.trim();
  if (!secret) return;
  const hmac = async (key, content) => {
    const imported = await crypto.subtle.importKey(
      "raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    return new Uint8Array(await crypto.subtle.sign("HMAC", imported, utf8.encode(content)));
  };
  if (field("profile").value === "hmac_sha256_hex") {
    const bytes = await hmac(utf8.encode(secret), request.body);
    request.headers[field("signature-header").value.trim()] = hex(bytes);
    return;
  }
  const key = Uint8Array.from(atob(secret.replace(/^whsec_/, "")), (one) => one.charCodeAt(0));
  const id = `msg_${crypto.randomUUID()}`;
  const at = String(Math.floor(Date.now() / 1000));
  const bytes = await hmac(key, `${id}.${at}.${request.body}`);
  request.headers["webhook-id"] = id;
  request.headers["webhook-timestamp"] = at;
  request.headers["webhook-signature"] = `v1,${btoa(String.fromCharCode(...bytes))}`;
}

function hex(bytes) {
  return Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");
}

async function withProof(request) {
  const path = new URL(request.url, location.href).pathname;
  if (path.includes("/providers/")) {
    // What is signed must be what is sent, to the byte.
    if (typeof request.body !== "string") request.body = JSON.stringify(request.body ?? {});
    await sign(request);
  } else if (token()) {
    request.headers.Authorization = `Bearer ${token()}`;
  }
  return request;
}

// ---------------------------------------------------------------- the contract

async function show() {
  const contract = await (await fetch("openapi.json")).json();
  // This stage, and where its tokens come from: the document knows neither.
  contract.servers = [{ url: new URL(".", location.href).href.replace(/\/$/, "") }];
  contract.components.securitySchemes.partner_token.flows.clientCredentials.tokenUrl = tokenUrl;
  for (const operation of Object.values(contract.paths).flatMap(Object.values)) {
    // What the page sees to itself is no field to be filled.
    operation.parameters = operation.parameters?.filter((one) => !one.name.startsWith("webhook-"));
    for (const parameter of operation.parameters ?? []) {
      if (parameter.name === "Idempotency-Key") parameter.example = crypto.randomUUID();
    }
  }
  field("version").textContent = contract.info.version;
  const nothing = () => null;
  SwaggerUIBundle({
    domNode: field("contract"),
    spec: contract,
    deepLinking: true,
    validatorUrl: null,
    defaultModelsExpandDepth: 0,
    tryItOutEnabled: isTrial,
    supportedSubmitMethods: isTrial ? ["get", "post", "delete"] : [],
    requestInterceptor: withProof,
    // Who is calling is said beside the contract, once for both kinds of callers.
    plugins: [() => ({
      wrapComponents: { authorizeBtn: () => nothing, authorizeOperationBtn: () => nothing },
    })],
  });
}

function say(form, words, isWrong = false) {
  const output = field(`${form}-says`);
  output.textContent = words;
  output.classList.toggle("wrong", isWrong);
}

function showProfile() {
  field("header-choice").hidden = field("profile").value === "standard";
  const isGiven = field("secret").value.trim() !== "";
  say("provider", isGiven ? "Callbacks are signed as they are sent." :
    "Callbacks are sent without a signature.");
}

const orSay = (act) => () => act().catch((error) => say("partner", error.message, true));

field("to-operations").addEventListener("click", () => {
  document.querySelector(".opblock-tag-section").scrollIntoView();
});
field("token-url").textContent = tokenUrl;
field("partner").addEventListener("submit", (event) => {
  event.preventDefault();
  orSay(fetchToken)();
});
field("token").addEventListener("change", orSay(whoAmI));
field("provider").addEventListener("submit", (event) => event.preventDefault());
field("provider").addEventListener("input", showProfile);
show();
