"use strict";
// Passkeys: asks the browser for one, and sends what it answers as a form.
const octets = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (each) => each.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function answer(options, makes) {
  options.challenge = octets(options.challenge);
  for (const each of options.excludeCredentials || []) each.id = octets(each.id);
  if (options.user) options.user.id = octets(options.user.id);
  const given = await navigator.credentials[makes ? "create" : "get"]({ publicKey: options });
  const response = { clientDataJSON: text(given.response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (given.response[name]) response[name] = text(given.response[name]);
  }
  return { id: given.id, rawId: text(given.rawId), type: given.type, response };
}

for (const form of document.querySelectorAll("[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  let answered = false; // by the passkey: a browser that goes back keeps the old answer
  form.addEventListener("submit", async (event) => {
    if (answered) {
      answered = false;
      return;
    }
    event.preventDefault();
    const said = form.querySelector("[role=status]");
    said.textContent = "";
    try {
      const asked = await fetch(form.dataset.passkey, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      if (!asked.ok) throw new Error(asked.status);
      const made = await answer(await asked.json(), "makes" in form.dataset);
      form.credential.value = JSON.stringify(made);
      answered = true;
      form.requestSubmit();
    } catch {
      said.textContent = form.dataset.failed;
    }
  });
}
