// Runs in the head of each page of the program, before anything is painted: the theme, what is said where the program does not
// come or breaks down, and the addresses of scripts, which the policy of the site allows only from here (xtask/policy.mjs).

// What the address says about looks, before anything is painted.
const asked = new URLSearchParams(location.search);
// What is kept for later visits; nothing in an embedded page, nor where the browser forbids it.
const kept = (act) => {
  try { return asked.has("embed") ? null : act(localStorage); } catch { return null; }
};
const setTheme = (theme) => {
  document.documentElement.dataset.theme = theme;
  // The frame of the window follows the page, not the system.
  for (const meta of document.querySelectorAll("meta[name=theme-color]")) {
    const scheme = meta.dataset.scheme;
    meta.media = theme === "light" || theme === "dark" ? (scheme === theme ? "all" : "not all") : `(prefers-color-scheme: ${scheme})`;
  }
};
setTheme(asked.get("theme") ?? kept((storage) => storage.getItem("impasto-theme")) ?? "");
// The control may be used before the scripts behind it have arrived.
document.addEventListener("change", ({ target }) => {
  if (target.id !== "theme") return;
  setTheme(target.value);
  kept((storage) => storage.setItem("impasto-theme", target.value));
});
document.documentElement.toggleAttribute("data-embed", asked.has("embed"));
// Until the program is there, nobody else can say why it does not come.
const explain = ({ reason, error, message, target }) => {
  const studio = document.querySelector("main[data-state=waiting] .facts");
  if (!studio) return;
  const why = (reason ?? error)?.message ?? message ?? target.src ?? target.href ?? "";
  studio.textContent =
    `Impasto could not be loaded (${why}). Reload the page; if that does not help, whoever runs this site ` +
    "finds what its host has to do in docs/hosting.md.";
};
addEventListener("unhandledrejection", explain);
addEventListener("error", explain, true);
// Loaded when it is asked for, by a program that cannot import anything itself (apps/page/src/services/film.rs).
globalThis.recordFilm = async (...asked) => {
  const place = new URL(document.documentElement.dataset.film, location.href);
  return (await import(place)).record(...asked);
};
// A fault of the program leaves it unusable, and it can say nothing any more. What it has painted can still be saved.
const rescue = (fault) => {
  const studio = document.querySelector("main#studio:not([data-state=waiting])");
  if (!studio || document.getElementById("broken")) return;
  const box = document.createElement("div");
  box.id = "broken";
  box.className = "alert";
  box.setAttribute("role", "alert");
  const add = (name, text, act) => {
    const element = box.appendChild(document.createElement(name));
    element.textContent = text;
    if (act) element.addEventListener("click", act);
  };
  const canvas = document.getElementById("canvas");
  const painted = canvas && !canvas.hidden;
  add("p", "This page has stopped because of an error of its own. " +
    (painted ? "Save the picture, then reload the page." : "Please reload it."));
  if (painted) {
    add("button", "Save the picture", () => canvas.toBlob((file) => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(file);
      link.download = "impasto.png";
      link.click();
    }));
  }
  add("button", "Reload", () => location.reload());
  const details = box.appendChild(document.createElement("details"));
  details.appendChild(document.createElement("summary")).textContent = "Details";
  details.appendChild(document.createElement("p")).textContent = String(fault);
  studio.prepend(box);
};
// What was thrown out of the program, or by it.
addEventListener("error", ({ error }) => { if (/wasm/.test(error?.stack)) rescue(error); });
addEventListener("unhandledrejection", ({ reason }) => {
  if (reason instanceof WebAssembly.RuntimeError) rescue(reason);
});

// The site's scripts, as the program may start them. A worker's address names one of its programs.
const SCRIPTS = /^(?:sw\.js|worker(?:-[0-9a-f]{16})?\.js\?worker-(?:gpu|cpu|export))$/;
const createScriptURL = (address) => {
  if (!SCRIPTS.test(address)) throw new TypeError(`${address} is no script of this site`);
  return address;
};
// Markup that runs a script, whatever became of it on its way. The framework parses its own, which never does.
const ACTIVE = /<(?:script|iframe|frame|object|embed|base|link|meta)\b|[\s/"']on[a-z]+\s*=|javascript:|srcdoc/i;
const createHTML = (html) => {
  if (ACTIVE.test(html)) throw new TypeError("markup with a script is not taken");
  return html;
};
// Not every browser has trusted types.
const scripts = globalThis.trustedTypes?.createPolicy("impasto", { createScriptURL }) ?? { createScriptURL };
// For the markup of the framework, which knows no trusted types.
globalThis.trustedTypes?.createPolicy("default", { createHTML });

/** Starts a program in a worker (apps/page/src/services/workers.rs). The build writes the name of the loader into the page. */
function startWorker(program) {
  return new Worker(scripts.createScriptURL(`${document.documentElement.dataset.worker}?${program}`));
}

/** Registers the service worker (apps/page/src/services/offline.rs). */
function registerOffline() {
  return navigator.serviceWorker.register(scripts.createScriptURL("sw.js"));
}
