// Defines <impasto-demo>: a demonstration in another page, see docs/embedding.md. The engine is in a frame from this
// file's site, which is loaded on a click.

// A classic script, a module or an import, on a server, too: no `import.meta`, no `export`, nothing outside this block.
if (globalThis.document?.adoptedStyleSheets && !customElements.get('impasto-demo')) {

// The site's folder, from this script, the module that runs now, or a script of this name in the page.
const home = (() => {
  const script = document.currentScript?.src;
  const places = [script, new Error().stack, ...Array.from(document.scripts, ({ src }) => src)];
  const found = places.map((place) => /(?:https?|file):\/\/[^\s?#]*?\/embed\.js(?![\w.])/.exec(place)?.[0]).find(Boolean);
  return found || script ? new URL('./', found ?? script) : null;
})();
const POSTER = 'embed.html';
const PAINTER = './';
// Written by `cargo xtask docs` from the table of options.
const passedOn = ['photo', 'painting', 'look', 'size', 'style-crop', 'part', 'steps', 'until', 'schedule', 'finish-from', 'enlarged', 'content-falloff', 'style-loss', 'neighbors-weight', 'neighbors-turns', 'pooling', 'init', 'color', 'smooth-colors', 'optimizer', 'pyramid', 'layers', 'mode', 'strength', 'strokes', 'network', 'theme', 'engine'];
const attributes = [...passedOn, 'aspect', 'autoplay', 'base', 'label', 'loading', 'poster'];
const over = /done|stopped|failed/;
const camel = (name) => name.replace(/-./g, ([, letter]) => letter.toUpperCase());
const absolute = (address) => {
  try { return new URL(address, document.baseURI).href; } catch { return address; }
};

// Constructed, since the page's policy may forbid style elements.
const sheet = new CSSStyleSheet();
sheet.replaceSync(`
  :host { display: flex; flex-direction: column; aspect-ratio: 4 / 3; max-width: 100%; }
  :host([hidden]) { display: none; }
  .box {
    flex: auto; position: relative; aspect-ratio: inherit; overflow: hidden;
    border-radius: var(--impasto-radius, 10px); background: var(--impasto-background, #8882);
  }
  iframe { position: absolute; inset: 0; width: 100%; height: 100%; border: 0; color-scheme: normal; }
  p { margin: 1em; }
  slot { display: block; }
  .fallback { display: none; }
  @media print { .box.bare { display: none; } .bare ~ .fallback { display: block; } }
`);

class ImpastoDemo extends HTMLElement {
  static observedAttributes = attributes;

  #shape = new CSSStyleSheet();
  #box = document.createElement('div');
  #note = document.createElement('p');
  #marked = document.createElement('slot');
  #rest = document.createElement('slot');
  #frame = null;
  #isLoaded = false;
  #page = POSTER;
  #shown = '';
  #takesOrders = false;
  #isChanged = true;
  #last = { state: 'poster' };
  #watch = null;

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [sheet, this.#shape];
    this.#box.part = 'box';
    this.#note.part = 'message';
    this.#note.role = 'alert';
    this.#box.append(this.#note);
    this.#marked.name = 'fallback';
    this.#rest.onslotchange = this.#sort;
    root.append(this.#box, this.#marked, this.#rest);
    // Properties from before this script came.
    for (const name of [...attributes.map(camel), 'settings']) {
      if (!Object.hasOwn(this, name)) continue;
      const value = this[name];
      delete this[name];
      this[name] = value;
    }
  }

  connectedCallback() {
    addEventListener('message', this.#hear);
    document.addEventListener('securitypolicyviolation', this.#refused);
    document.addEventListener('DOMContentLoaded', this.#sort);
    this.#isChanged = false;
    this.#dress();
    this.#show();
    this.#arm();
  }

  disconnectedCallback() {
    removeEventListener('message', this.#hear);
    document.removeEventListener('securitypolicyviolation', this.#refused);
    document.removeEventListener('DOMContentLoaded', this.#sort);
    this.#watch?.disconnect();
    this.#drop();
    // A moved frame loads again, and shows what it has shown.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#page = POSTER;
      this.#last = { state: 'poster' };
    });
  }

  // `moveBefore` keeps the frame.
  connectedMoveCallback() {}

  attributeChangedCallback(_name, before, now) {
    if (before === now || this.#isChanged || !this.isConnected) return;
    this.#isChanged = true;
    queueMicrotask(this.#follow);
  }

  get settings() {
    const set = passedOn.filter((name) => this.hasAttribute(name));
    return Object.fromEntries(set.map((name) => [name, this.getAttribute(name)]));
  }

  set settings(settings) {
    for (const name of passedOn) reflect(this, name, settings?.[name] ?? settings?.[camel(name)]);
  }

  get state() {
    return this.#last.state;
  }

  paint() {
    if (this.#page === PAINTER && this.#frame && !over.test(this.state)) return;
    this.#turn(PAINTER);
  }

  stop() {
    if (this.#page === POSTER || over.test(this.state)) return;
    // The page keeps the picture; one that takes no orders is left.
    if (this.#order({ impasto: 'stop' })) return;
    const last = this.#last;
    this.#turn(POSTER);
    if (this.isConnected) this.#tell('stopped', { ...last, state: 'stopped' });
  }

  async toBlob(type = 'image/png') {
    const { port1, port2 } = new MessageChannel();
    if (!this.#order({ impasto: 'picture', type }, [port2])) throw new Error('there is no picture');
    const { data } = await new Promise((resolve) => { port1.onmessage = resolve; });
    if (data instanceof Blob) return data;
    throw new Error(data);
  }

  #order(message, ports) {
    if (this.#takesOrders) this.#frame.contentWindow.postMessage(message, this.#shown, ports);
    return this.#takesOrders;
  }

  focus(options) {
    this.#frame?.focus(options);
  }

  #turn(page) {
    const isPainter = this.#page === PAINTER;
    this.#page = page;
    this.#watch?.disconnect();
    if (!this.isConnected) return;
    // What the painter still says is not about the new page.
    if (isPainter) this.#drop();
    this.#show();
  }

  #drop() {
    this.#frame?.remove();
    this.#frame = null;
  }

  #show() {
    const address = this.#address();
    if (typeof address === 'string') return this.#fail(address);
    this.#shown = this.#key(address);
    this.#takesOrders = false;
    this.#last = { state: this.#page === POSTER ? 'poster' : 'loading' };
    this.#note.hidden = true;
    // A new `src` would make an entry in the history.
    if (this.#frame && this.#isLoaded) {
      this.#frame.contentWindow.location.replace(address);
    } else {
      this.#drop();
      this.#isLoaded = false;
      const frame = document.createElement('iframe');
      frame.part = 'frame';
      frame.sandbox = 'allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-downloads';
      frame.referrerPolicy = 'no-referrer';
      // All CPU cores, in a page that is isolated.
      frame.allow = 'cross-origin-isolated';
      frame.onload = () => { if (this.#frame === frame) this.#isLoaded = true; };
      this.#frame = frame;
      this.#dress();
      frame.src = address;
      this.#box.append(frame);
    }
    this.#sort();
  }

  #dress() {
    const [width, height] = (this.getAttribute('aspect') ?? '').split('/').map(Number);
    this.#shape.replaceSync(width > 0 && height > 0 ? `:host { aspect-ratio: ${width} / ${height} }` : '');
    if (!this.#frame) return;
    this.#frame.title = this.getAttribute('label') ?? 'A photo painted in the manner of a painting';
    this.#frame.loading = this.#page === PAINTER || this.getAttribute('loading') === 'eager' ? 'eager' : 'lazy';
  }

  #follow = () => {
    this.#isChanged = false;
    if (!this.isConnected) return;
    this.#dress();
    const address = this.#address();
    if (!this.#frame || typeof address === 'string' || this.#key(address) !== this.#shown) this.#turn(POSTER);
    this.#arm();
  };

  // Another theme does not undo a picture.
  #key(address) {
    const key = new URL(address);
    if (this.#page === PAINTER) key.searchParams.delete('theme');
    return key.href;
  }

  /** The address in the frame (URL), or why there is none (string). */
  #address() {
    const base = this.getAttribute('base');
    const site = base ? absolute(base.replace(/\/*$/, '/')) : home?.href ?? '';
    if (site.startsWith('file:')) return 'Impasto needs a web server, not a file.';
    if (!/^https?:\/\/./.test(site)) return 'Impasto needs the attribute "base": the address of its site.';
    if (origin === 'null' && location.protocol !== 'file:') return 'Impasto needs "allow-same-origin" in the sandbox of this page.';
    const address = new URL(this.#page, site);
    const set = (name, value) => value !== null && address.searchParams.set(name, value);
    for (const name of passedOn) {
      const value = this.getAttribute(name);
      // Names of samples contain no dot and no slash.
      const isPicture = ['photo', 'painting'].includes(name) && /[./]/.test(value);
      set(name, isPicture ? absolute(value) : value);
    }
    if (origin !== 'null') set('host', origin);
    const poster = this.getAttribute('poster');
    if (this.#page === PAINTER) set('embed', '');
    else if (poster) set('poster', absolute(poster));
    return address;
  }

  #arm() {
    this.#watch?.disconnect();
    if (!this.#frame || this.#page === PAINTER || !['', 'visible'].includes(this.getAttribute('autoplay'))) return;
    this.#watch = new IntersectionObserver((entries) => {
      const isSeen = entries.some(({ intersectionRatio, intersectionRect, rootBounds }) =>
        intersectionRatio >= 0.5 || intersectionRect.height >= (rootBounds?.height ?? innerHeight) / 2);
      if (!isSeen || matchMedia('(prefers-reduced-motion: reduce)').matches || navigator.connection?.saveData) return;
      this.paint();
    }, { threshold: [...Array(101).keys()].map((n) => n / 100) });
    this.#watch.observe(this.#box);
  }

  // A fallback is marked, or one picture or link. All else may be the post's rest after <impasto-demo/>.
  #sort = () => {
    const hasText = [...this.childNodes].some(({ nodeType, data }) => nodeType === 3 && data.trim());
    const others = [...this.children].filter((child) => child.slot !== 'fallback');
    // Nothing follows an element that is not closed.
    const isFallback = this.nextSibling && !hasText && others.length === 1 && others[0].matches('a, img, picture, noscript');
    const hasFallback = isFallback || others.length < this.children.length;
    this.#marked.className = this.#frame ? 'fallback' : '';
    this.#rest.className = this.#frame && isFallback ? 'fallback' : '';
    this.#box.className = hasFallback && this.#page === POSTER ? 'box bare' : 'box';
  };

  #refused = ({ blockedURI, disposition, effectiveDirective }) => {
    if (!this.#frame || disposition !== 'enforce' || effectiveDirective !== 'frame-src') return;
    const site = new URL(this.#shown).origin;
    if (blockedURI.startsWith(site)) this.#fail(`Impasto needs ${site} in the frame-src of this page.`);
  };

  #fail(message) {
    this.#drop();
    this.#watch?.disconnect();
    this.#note.textContent = message;
    this.#note.hidden = false;
    this.#sort();
    console.error(message);
    this.#last = { state: 'failed', message };
    queueMicrotask(() => this.#tell('error', { state: 'failed', message }, 'failed'));
  }

  #hear = ({ origin, source, data }) => {
    // From its own frame and the site: the frame may have gone elsewhere.
    if (!this.#frame || source !== this.#frame.contentWindow || origin !== new URL(this.#shown).origin) return;
    if (data?.impasto !== 'state') return;
    const { state, step, steps, loss } = data;
    const detail = { state, step, steps, loss };
    this.#takesOrders ||= data.orders;
    const before = this.#last;
    this.#last = detail;
    // The first message.
    if (!('step' in before)) this.#tell('ready', detail, '');
    if (state === 'poster') return;
    if (this.#page === POSTER) {
      // The reader has pressed the poster's button.
      this.#page = PAINTER;
      this.#shown = this.#key(this.#address());
      this.#watch?.disconnect();
      this.#sort();
    }
    if (state === 'painting') this.#tell('progress', detail);
    if (over.test(state) && state !== before.state) this.#tell(state === 'failed' ? 'error' : state, detail, state);
  };

  // `formerly`: old names, which will go away.
  #tell(name, detail, formerly = name) {
    const tell = (type, composed) => this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed }));
    tell(`impasto-${name}`, true);
    if (formerly) tell(formerly, false);
  }
}

const reflect = (element, name, value) => {
  if (value === undefined || value === null || value === false) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? '' : value);
};
for (const name of attributes) {
  // Every element has a property `part` of its own.
  if (name === 'part') continue;
  Object.defineProperty(ImpastoDemo.prototype, camel(name), {
    enumerable: true,
    get() { return this.getAttribute(name); },
    set(value) { reflect(this, name, value); },
  });
}

customElements.define('impasto-demo', ImpastoDemo);
}
