// The Content-Security-Policy of the site: what its pages and workers may load and run. The build writes it into each page
// and into `_headers` (finish.mjs); docs/hosting.md has it for other hosts, Trunk.toml for `cargo xtask serve`.

/**
 * The policy of a site that takes pictures from these places (`ownerPlaces`), and packs of weights from these origins.
 *
 * Scripts are files of the site, never text in a page. Where a browser has trusted types, addresses of scripts come from the
 * policy `impasto` (www/early.js, www/worker.js) or, for the JavaScript library, `impasto-engine`, and markup that the framework parses passes `default`.
 */
export function policy({ pictures = [], packs = [] } = {}) {
  const from = (...sources) => sources.flat().join(' ');
  const places = pictures.flatMap((place) => (place === '*' ? ['http:', 'https:'] : place));
  return [
    "default-src 'self'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    from('img-src', "'self'", 'blob:', 'data:', places),
    from('connect-src', "'self'", 'blob:', places, packs.filter((origin) => !places.includes(origin))),
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types impasto impasto-engine default',
  ].join('; ');
}

/** Whether it is an origin, and nothing that would go on with another source or directive: a host may contain a semicolon. */
export const isOrigin = (text) => /^https?:\/\/[\w.:[\]-]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text;

/** The places that the owner of a site allows pictures from, as IMPASTO_PICTURES lists them: origins, or `*` for all. */
export function ownerPlaces(list = '') {
  const places = list.split(/\s+/).filter(Boolean);
  const wrong = places.find((place) => place !== '*' && !isOrigin(place));
  if (wrong) {
    throw new Error(`IMPASTO_PICTURES contains ${wrong}, but must list origins, such as https://pictures.example, or be *`);
  }
  return places;
}

/** A page with this policy instead of the one that it has, if any. What it says about pictures, the program reads there, too. */
export function withPolicy(page, permitted) {
  const meta = /\n *<meta http-equiv="Content-Security-Policy"[^>]*>/;
  const first = '<meta charset="utf-8">';
  if (!page.includes(first)) throw new Error(`a page has no ${first}, after which its policy would stand`);
  const places = (permitted.pictures ?? []).join(' ');
  return page.replace(meta, '')
    .replace(/(<html [^>]*?)(?: data-pictures="[^"]*")?>/, (_, tag) => `${tag}${places && ` data-pictures="${places}"`}>`)
    .replace(first, () => `${first}\n    <meta http-equiv="Content-Security-Policy" content="${policy(permitted)}">`);
}
