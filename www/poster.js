// Fills the poster of a demonstration (embed.html) as its address says, and loads the page itself at the press of the button.
const asked = new URLSearchParams(location.search);
document.documentElement.dataset.theme = asked.get("theme") ?? "";
const isElsewhere = (address) => /^https?:\/\//.test(address);
/** The last part of an address, decoded, or the words of a sample's name. */
const named = (value) => {
  const name = isElsewhere(value) ? value.split(/[?#]/)[0].split("/").pop() : value.replaceAll("-", " ");
  // Not every address is encoded as it should be.
  try { return decodeURIComponent(name); } catch { return name; }
};
const show = (name, small, usual) => {
  const value = asked.get(name) ?? "";
  const isSample = /^[a-z0-9-]+$/.test(value);
  const picture = document.getElementById(name);
  picture.onerror = () => { picture.hidden = true; };
  picture.alt = named(isSample || isElsewhere(value) ? value : usual);
  // Its host lets others read it, or it could not be painted; a page that is isolated shows no others.
  if (isElsewhere(value)) picture.crossOrigin = "anonymous";
  picture.src = isElsewhere(value) ? value : `samples/${small}/${isSample ? value : usual}.webp`;
};
const showBoth = () => {
  show("photo", "previews", "summer-palace");
  show("painting", "thumbs", "van-gogh-village-street-in-auvers");
};
const own = asked.get("poster") ?? "";
asked.delete("poster");
if (isElsewhere(own)) {
  // The post's own picture instead of the two. It is only shown, so its host need not let others read it.
  const picture = document.getElementById("photo");
  const painting = document.getElementById("painting");
  painting.hidden = true;
  picture.onerror = () => { painting.hidden = false; showBoth(); };
  picture.src = own;
} else {
  showBoth();
}
const button = document.querySelector("button");
const cannot = location.protocol === "file:" ? "This page was opened from a disk. The demonstration needs a web server."
  : origin === "null" ? "The page around the demonstration keeps it in a sandbox. It needs “allow-same-origin”." : "";
if (cannot) {
  const sentence = document.createElement("p");
  sentence.textContent = cannot;
  button.replaceWith(sentence);
}
button.onclick = () => {
  button.setAttribute("aria-disabled", "true");
  button.textContent = "One moment…";
  asked.set("embed", "");
  // Makes no entry in the history.
  location.replace(`./?${asked}`);
};
const host = asked.get("host") ?? "";
if (isElsewhere(host)) parent.postMessage({ impasto: "state", state: "poster" }, host);
