// Defines <impasto-demo photo="cat" painting="hokusai-great-wave"></impasto-demo>: a demonstration that can be embedded
// in another page, see docs/embedding.md. The engine is in a frame from this file's site, which is loaded on a click.

// As a classic script this file may come from any host; as a module only from one that allows CORS. The block keeps a
// classic script's declarations out of the page's global scope, and `import.meta` is not available.
{
const home = new URL('./', (document.currentScript ?? document.querySelector('script[src$="/embed.js"]')).src);
const sheet = new CSSStyleSheet();
// A constructed style sheet, since the embedding page's policy may forbid style elements.
sheet.replaceSync(`
  :host { display: block; aspect-ratio: 4 / 3; max-width: 100%; overflow: hidden; border-radius: 10px; }
  :host([hidden]) { display: none; }
  iframe { display: block; width: 100%; height: 100%; border: 0; color-scheme: normal; }
`);
// Written by `cargo xtask docs` from the table of options.
const passedOn = ['photo', 'painting', 'look', 'size', 'style-crop', 'part', 'steps', 'until', 'schedule', 'finish-from', 'enlarged', 'content-falloff', 'style-loss', 'neighbors-weight', 'neighbors-turns', 'pooling', 'init', 'color', 'smooth-colors', 'optimizer', 'pyramid', 'layers', 'mode', 'strength', 'strokes', 'network', 'theme', 'engine'];
const over = new Set(['done', 'stopped', 'failed']);

class ImpastoDemo extends HTMLElement {
  #frame = document.createElement('iframe');
  #watch = null;
  #state = '';

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [sheet];
    root.append(this.#frame);
    this.#frame.loading = 'lazy';
    // Lets the frame use all CPU cores, if the embedding page is cross-origin isolated.
    this.#frame.allow = 'cross-origin-isolated';
  }

  connectedCallback() {
    const [width, height] = (this.getAttribute('aspect') ?? '').split('/').map(Number);
    if (width > 0 && height > 0) this.style.aspectRatio = `${width} / ${height}`;
    this.#frame.title = this.getAttribute('label') ?? 'A photo painted in the manner of a painting';
    this.#frame.src = this.#address('embed.html');
    addEventListener('message', this.#hear);
    if (this.getAttribute('autoplay') === 'visible') {
      this.#watch = new IntersectionObserver((entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        this.#watch.disconnect();
        this.paint();
      }, { threshold: 0.5 });
      this.#watch.observe(this);
    }
  }

  disconnectedCallback() {
    removeEventListener('message', this.#hear);
    this.#watch?.disconnect();
    this.#state = '';
  }

  /** The poster gives way to the painter, as it does by itself on a click. Demonstrations take turns, see apps/page/src/services/paint_lock.rs. */
  paint() {
    // Where the browser still puts off loading the poster, that must not come after this and undo it.
    this.#frame.loading = 'eager';
    this.#frame.src = this.#address('./');
  }

  #address(page) {
    const address = new URL(page, home);
    for (const name of passedOn) {
      const value = this.getAttribute(name);
      if (value === null) continue;
      // URLs of the embedding page's own pictures are relative to it; names of samples contain no dot and no slash.
      const isPicture = (name === 'photo' || name === 'painting') && /[./]/.test(value);
      address.searchParams.set(name, isPicture ? new URL(value, document.baseURI).href : value);
    }
    address.searchParams.set('host', location.origin);
    if (page === './') address.searchParams.set('embed', '');
    return address.href;
  }

  #hear = ({ origin, source, data }) => {
    // Only messages from this element's own frame and its origin: the frame may have been navigated to another origin.
    if (source !== this.#frame.contentWindow || origin !== home.origin) return;
    if (data?.impasto !== 'state') return;
    this.#watch?.disconnect();
    const { state, step, steps, loss } = data;
    const detail = { state, step, steps, loss };
    if (state === 'painting') this.dispatchEvent(new CustomEvent('progress', { detail, bubbles: true }));
    if (over.has(state) && state !== this.#state) this.dispatchEvent(new CustomEvent(state, { detail, bubbles: true }));
    this.#state = state;
  };
}

if (!customElements.get('impasto-demo')) customElements.define('impasto-demo', ImpastoDemo);
}
