// Asks the browser for a passkey and sends what it signed with the form.
const options = JSON.parse(document.getElementById("passkey-options").textContent);

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const known = (list) => (list ?? []).map((each) => ({ ...each, id: bytes(each.id) }));

function asked(wanted) {
  const key = { ...wanted, challenge: bytes(wanted.challenge) };
  if (wanted.user) key.user = { ...wanted.user, id: bytes(wanted.user.id) };
  if (wanted.allowCredentials) key.allowCredentials = known(wanted.allowCredentials);
  if (wanted.excludeCredentials) key.excludeCredentials = known(wanted.excludeCredentials);
  return { publicKey: key };
}

function told(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  return {
    id: credential.id, rawId: text(credential.rawId), type: credential.type, response,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

async function use(button) {
  const form = button.closest("[data-passkey-form]");
  const failed = form.querySelector("[data-passkey-failed]");
  const name = form.elements.namedItem("name");
  if (name && !name.value.trim()) return name.focus();
  failed.hidden = true;
  button.disabled = true;
  try {
    const credential = await navigator.credentials[button.dataset.passkey](asked(options.publicKey));
    form.querySelector("[data-credential]").value = JSON.stringify(told(credential));
    form.submit();
  } catch {
    failed.hidden = false;
    button.disabled = false;
  }
}

for (const button of document.querySelectorAll("[data-passkey]")) {
  button.addEventListener("click", () => use(button));
}
