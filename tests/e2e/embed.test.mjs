// Tests the embedded demonstration: in a page on another origin, whose policy forbids nearly everything.

import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { brotliCompressSync } from 'node:zlib';

import { launch, visit } from './support/chromium.mjs';
import { artefacts, dist, root } from './support/places.mjs';
import { demo, heavy, post as postIn } from './support/post.mjs';
import { PATIENCE } from './support/studio.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const post = (elements, run, settings) => postIn(browser, elements, run, settings);

test('a demonstration shows a poster, paints on a click, and tells the page around it', async () => {
  await post(demo('one', 'aspect="3/2" theme="dark"'), async ({ page, site, heard, reach, frame }) => {
    const button = frame('one').getByRole('button', { name: 'Paint the photo like the painting' });
    await button.waitFor();
    await page.waitForLoadState('networkidle');
    assert.deepEqual(site.requests.filter(heavy), [], 'nothing heavy before the click');
    const box = await page.locator('#one').boundingBox();
    assert.ok(Math.abs(box.width / box.height - 1.5) < 0.01, `the box is ${box.width} × ${box.height}`);
    await page.screenshot({ path: `${artefacts}/embed-poster.png` });
    await button.click();
    await reach('done', 'one');
    const events = await heard();
    const done = events.at(-1);
    assert.deepEqual([done.name, done.step, done.steps], ['done', 10, 10]);
    const losses = events.filter((event) => event.name === 'progress' && event.loss !== null).map((event) => event.loss);
    assert.ok(losses.length > 2 && done.loss < 0.7 * losses[0], `the loss went from ${losses[0]} to ${done.loss}`);
    assert.deepEqual(await page.locator('#one').boundingBox(), box, 'the box stays as it was');
    const canvas = frame('one').locator('#canvas');
    assert.equal(await canvas.getAttribute('data-step'), '10');
    const inside = await canvas.boundingBox();
    assert.ok(inside.width > 0.5 * box.width && inside.y >= box.y && inside.y + inside.height <= box.y + box.height,
      `the picture, ${JSON.stringify(inside)}, lies in the frame, ${JSON.stringify(box)}`);
    assert.ok(await frame('one').getByRole('button', { name: 'Paint again' }).isVisible());
    assert.equal(await frame('one').locator('body').evaluate((body) => getComputedStyle(body).colorScheme), 'dark');
    await page.screenshot({ path: `${artefacts}/embed-done.png` });
  });
});

test('two demonstrations take turns', async () => {
  // The first run takes long enough for the second one to overlap, if it could.
  await post(demo('one') + demo('two', '', 120), async ({ page, heard, reach, frame }) => {
    for (const id of ['two', 'one']) {
      await page.locator(`#${id}`).scrollIntoViewIfNeeded();
      await frame(id).getByRole('button', { name: 'Paint the photo like the painting' }).click();
    }
    await reach('done', 'one');
    const order = (await heard()).map((event) => event.id);
    assert.equal(order.lastIndexOf('two') < order.indexOf('one'), true, order.join(' '));

    // Once more, with both frames loaded.
    await page.evaluate(() => { globalThis.heard = []; });
    await frame('two').getByRole('button', { name: 'Paint again' }).click();
    await frame('one').getByRole('button', { name: 'Paint again' }).click();
    await frame('one').getByText('Waiting for another demonstration').first().waitFor();
    await frame('two').getByRole('button', { name: 'Stop' }).click();
    await reach('done', 'one');
    const again = (await heard()).map((event) => event.id);
    assert.equal(again.includes('two') && again.lastIndexOf('two') < again.indexOf('one'), true, again.join(' '));
  });
});

test('a post goes on scrolling while a demonstration paints', async () => {
  // A step takes a good part of a second.
  const slow = demo('one', 'schedule="single"', 300).replace('size="64"', 'size="256"');
  await post(slow, async ({ page, reach, frame }) => {
    /** Scrolls until the browser has drawn this many frames during one step. The number is smaller if the run ends before. */
    const drawn = (enough) => page.evaluate(async (enough) => {
      const { heard } = globalThis;
      let [seen, pictures] = [0, 0];
      for (let at = 0; pictures < enough && heard.at(-1).name === 'progress'; at += 10) {
        scrollTo(0, at % 1000);
        await new Promise(requestAnimationFrame);
        pictures = heard.length === seen ? pictures + 1 : 0;
        seen = heard.length;
      }
      return pictures;
    }, enough);
    assert.ok(await page.evaluate(() => document.documentElement.scrollHeight - innerHeight) > 1000, 'there is text to scroll');
    await frame('one').getByRole('button', { name: 'Paint the photo like the painting' }).click();
    await reach('progress', 'one');
    // On the page's own thread each step would allow one.
    assert.equal(await drawn(4), 4);
  });
});

test('the example post paints both of its pictures and tells how far it is', async () => {
  await visit(browser, async ({ page, host }) => {
    // The defaults, but a small picture on the CPU.
    const text = await readFile(join(dist, 'example-post.html'), 'utf8');
    host.overlay = await mkdtemp(join(tmpdir(), 'impasto-post-'));
    await writeFile(join(host.overlay, 'example-post.html'), text.replaceAll('size="192" steps="80"', 'size="64" steps="10" engine="cpu"'));
    await page.goto(`${host.url}example-post.html`);
    for (const id of ['cat', 'palace']) {
      await page.locator(`#${id}`).scrollIntoViewIfNeeded();
      const frame = page.frameLocator(`#${id} iframe`);
      await frame.getByRole('button', { name: 'Paint the photo like the painting' }).click();
      if (id === 'palace') await page.screenshot({ path: `${artefacts}/example-post.png`, fullPage: true });
      await page.locator(`[data-progress-of=${id}]`).getByText('Done after 10 steps.').waitFor({ timeout: PATIENCE });
    }
    const { shardRequests } = host;
    assert.equal(new Set(shardRequests).size, shardRequests.length, `each shard once: ${shardRequests}`);
    await page.screenshot({ path: `${artefacts}/example-post-done.png`, fullPage: true });
  });
});

test('a demonstration that may begin by itself does so when it is seen', async () => {
  await post(`<p>${'A long introduction. '.repeat(600)}</p>${demo('one', 'autoplay="visible"')}`, async ({ page, site, reach }) => {
    await page.waitForLoadState('networkidle');
    assert.deepEqual(site.requests.filter(heavy), [], 'nothing heavy while it is out of sight');
    await page.locator('#one').scrollIntoViewIfNeeded();
    await reach('done', 'one');
  });
});

test('a picture of the post\'s own is painted if its host lets others read it, and otherwise the reader is told why not', async () => {
  const paint = (frame) => frame('one').getByRole('button', { name: 'Paint the photo like the painting' }).click();
  await post(demo('one', '', 10, 'open.jpg'), async ({ reach, frame }) => {
    await paint(frame);
    await reach('done', 'one');
    assert.match(await frame('one').locator('#canvas').getAttribute('aria-label'), /^open\.jpg, painted in the manner of The Great Wave/);
  });
  await post(demo('one', '', 10, 'closed.jpg'), async ({ reach, frame }) => {
    await paint(frame);
    await reach('failed', 'one');
    assert.match(await frame('one').locator('#error').textContent(), /closed\.jpg.*CORS/);
  }, { expectErrors: true });
});

test('what docs/embedding.md says to write works, and its attributes are the ones that there are', async () => {
  const text = await readFile(join(root, 'docs/embedding.md'), 'utf8');
  const [, snippet] = text.match(/```html\n<script async src="https:\/\/impasto.example\/embed.js"><\/script>\n(<impasto-demo [^]*?)\n```/);
  // The defaults, but a small picture on the CPU.
  const small = snippet.replace(/size="\d+" steps="\d+"/, 'id="one" size="64" steps="10" engine="cpu"');
  await post(small, async ({ page, reach, frame, heard }) => {
    await page.evaluate(text.match(/```js\n([^]*?)\n```/)[1]);
    await frame('one').getByRole('button', { name: 'Paint the photo like the painting' }).click();
    await reach('done', 'one');
    assert.deepEqual(Object.keys((await heard()).at(-1)).sort(), ['id', 'loss', 'name', 'state', 'step', 'steps']);
  });
  await post('', async ({ page }) => {
    const observed = await page.evaluate(async () => (await customElements.whenDefined('impasto-demo')).observedAttributes);
    const documented = [...text.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, names]) => names.match(/[\w-]+/g));
    assert.deepEqual(observed.sort(), documented.sort());
  });
});

test('messages from elsewhere are not taken for the painter\'s', async () => {
  await post(demo('one'), async ({ page, site, heard }) => {
    await page.locator('#one iframe').waitFor();
    // Messages arrive in their order, so the last one tells that the others have been heard.
    await page.evaluate(() => new Promise((resolve) => {
      addEventListener('message', ({ data }) => data === 'the last one' && resolve());
      postMessage({ impasto: 'wanted' }, '*');
      postMessage({ impasto: 'state', state: 'done', step: 1, steps: 1, loss: 0 }, '*');
      postMessage('the last one', '*');
    }));
    await page.waitForLoadState('networkidle');
    assert.deepEqual(await heard(), []);
    assert.deepEqual(site.requests.filter(heavy), []);
  });
});

const PAINT = { name: 'Paint the photo like the painting' };

/** Runs in the page: the address of an element's frame, which is relative to the site. */
const framed = (element) => element.evaluate((element) => element.shadowRoot.querySelector('iframe').src);

const scripts = {
  'a classic script with a query': (site) => `<script src="${site.url}embed.js?ver=6.5"></script>`,
  'a deferred script': (site) => `<script defer src="${site.url}embed.js"></script>`,
  'a module with a query': (site) => `<script type="module" src="${site.url}embed.js?ver=6.5"></script>`,
  'an import': (site) => `<script type="module">import '${site.url}embed.js?v=1';</script>`,
  'a dynamic import': (site) => `<script>import('${site.url}embed.js');</script>`,
  'a script and a module': (site) => `<script src="${site.url}embed.js"></script><script type="module" src="${site.url}embed.js?2"></script>`,
};
for (const [name, head] of Object.entries(scripts)) {
  test(`the element is defined by ${name}, beside another script of its name`, async () => {
    await post(demo('one'), async ({ page, site, element, frame }) => {
      await frame('one').getByRole('button', PAINT).waitFor();
      assert.ok((await framed(element('one'))).startsWith(`${site.url}embed.html?photo=cat`));
      assert.equal(await page.evaluate(() => typeof passedOn), 'undefined', 'no names in the page');
    }, { policy: null, head: (site) => `<script src="/embed.js"></script>${head(site)}` });
  });
}

test('a script that does not know its site is told it', async () => {
  const head = (site) => `<script type="module">
    const text = await (await fetch('${site.url}embed.js')).text();
    await import(URL.createObjectURL(new Blob([text], { type: 'text/javascript' })));
  </script>`;
  await post(demo('one'), async ({ page, site, element, frame, tells }) => {
    await tells('error', 'one');
    await element('one').getByText('needs the attribute "base"').waitFor();
    await element('one').evaluate((element, base) => { element.base = base; }, site.url.slice(0, -1));
    await frame('one').getByRole('button', PAINT).waitFor();
    assert.equal(await page.evaluate(() => globalThis.told.filter(({ name }) => name === 'error').length), 1);
  }, { policy: null, head, expectErrors: true });
});

test('a server can import the script, which is small', async () => {
  const module = join(await mkdtemp(join(tmpdir(), 'impasto-server-')), 'embed.mjs');
  await copyFile(join(dist, 'embed.js'), module);
  await import(module);
  const bytes = brotliCompressSync(await readFile(module)).length;
  assert.ok(bytes <= 4096, `${bytes} bytes`);
});

test('children stand for the demonstration until it is there, and on paper; the rest of a post stays visible', async () => {
  const elements = `<figure>${demo('one').replace('></', '><a href="#" id="link">Picture</a></')} </figure>
    <figure>${demo('two').replace('></', '><p slot="fallback" id="marked">Words</p></')}</figure>
    <article>${demo('three').replace('></impasto-demo>', '/>')}The <b id="rest">rest</b> of the post.</article>`;
  await post(elements, async ({ page, site, element, frame }) => {
    for (const id of ['link', 'marked', 'rest']) await element(id).waitFor();
    site.release('embed.js');
    await page.waitForFunction(() => customElements.get('impasto-demo') && document.readyState === 'complete');
    for (const id of ['link', 'marked']) await element(id).waitFor({ state: 'hidden' });
    await element('three').scrollIntoViewIfNeeded();
    await frame('three').getByRole('button', PAINT).waitFor();
    const [frames, rest] = [await element('three').locator('iframe').boundingBox(), await element('rest').boundingBox()];
    assert.ok(rest.y >= frames.y + frames.height && rest.height > 0, `the text, ${JSON.stringify(rest)}, is below ${JSON.stringify(frames)}`);
    assert.ok(Math.abs(frames.width / frames.height - 4 / 3) < 0.01, JSON.stringify(frames));

    await page.emulateMedia({ media: 'print' });
    for (const id of ['link', 'marked', 'rest']) await element(id).waitFor();
    await element('one').locator('iframe').waitFor({ state: 'hidden' });
    await element('three').locator('iframe').waitFor();
  }, { held: ['embed.js'] });
});

test('the box has its place before the script comes', async () => {
  const text = await readFile(join(root, 'docs/embedding.md'), 'utf8');
  const [, rules] = text.match(/```css\n([^]*?)```/);
  await post(demo('one') + demo('two', 'aspect="3/2"'), async ({ page, site, element, frame }) => {
    const boxes = async () => [await element('one').boundingBox(), await element('two').boundingBox()];
    await element('two').waitFor();
    const before = await boxes();
    site.release('embed.js');
    await frame('one').getByRole('button', PAINT).waitFor();
    assert.deepEqual(await boxes(), before);
  }, { held: ['embed.js'], policy: null, head: (site) => `<style>${rules}</style><script async src="${site.url}embed.js"></script>` });
});

test('attributes and properties are the same, at any time', async () => {
  await post(demo('one'), async ({ page, site, element, frame }) => {
    const one = element('one');
    await one.waitFor({ state: 'attached' });
    await one.evaluate((element) => { Object.assign(element, { photo: 'coffee', styleCrop: '0,0,50,50', settled: 1 }); });
    site.release('embed.js');
    await frame('one').locator('#photo[src$="coffee.webp"]').waitFor();
    const asked = () => frame('one').locator('body').evaluate(() => Object.fromEntries(new URLSearchParams(location.search)));
    assert.deepEqual(await one.evaluate((element) => [element.getAttribute('photo'), element.getAttribute('style-crop'), Object.hasOwn(element, 'photo')]),
      ['coffee', '0,0,50,50', false]);
    assert.equal((await asked())['style-crop'], '0,0,50,50');

    // As frameworks do: first appended, then filled in.
    await page.evaluate(async () => {
      const element = document.createElement('impasto-demo');
      element.id = 'late';
      document.querySelector('#one').replaceWith(element);
      await new Promise(requestAnimationFrame);
      element.setAttribute('photo', 'cat');
      element.size = 64;
      element.aspect = '2/1';
      element.label = 'A cat';
    });
    await frame('late').locator('#photo[src$="cat.webp"]').waitFor();
    const late = element('late');
    assert.deepEqual(await late.evaluate((element) => element.settings), { photo: 'cat', size: '64' });
    assert.equal(await late.locator('iframe').getAttribute('title'), 'A cat');
    const box = await late.boundingBox();
    assert.ok(Math.abs(box.width / box.height - 2) < 0.01, JSON.stringify(box));

    await late.evaluate((element) => {
      element.settings = { photo: 'coffee', 'style-crop': '0,0,50,50', finishFrom: 128 };
      element.aspect = null;
      element.poster = '/closed.jpg';
    });
    // The post's own picture, which no other site may read, is shown alone.
    await frame('late').locator('#photo[src$="closed.jpg"]').waitFor();
    await frame('late').locator('#painting').waitFor({ state: 'hidden' });
    assert.ok(await frame('late').locator('#photo').evaluate(async (image) => { await image.decode(); return image.naturalWidth; }) > 0);
    assert.deepEqual(await late.evaluate((element) => [element.settings, element.size, element.hasAttribute('aspect')]),
      [{ photo: 'coffee', 'style-crop': '0,0,50,50', 'finish-from': '128' }, null, false]);

    await late.evaluate((element) => { element.poster = null; element.photo = `${origin}/Z%C3%BCrich%20am%20See.jpg`; });
    await frame('late').locator('#photo[alt="Zürich am See.jpg"]').waitFor({ state: 'attached' });
  }, { held: ['embed.js'], expectErrors: true });
});

test('nothing makes an entry in the history, and a run can be begun, ended and begun again', async () => {
  await post(demo('one', '', 300), async ({ page, element, frame, tells, reach }) => {
    const one = element('one');
    const entries = () => page.evaluate(() => history.length);
    const state = (name) => page.waitForFunction((name) => document.querySelector('#one').state === name, name, { timeout: PATIENCE });
    const forget = () => page.evaluate(() => { globalThis.told = []; });
    const button = frame('one').getByRole('button', PAINT);
    const before = await entries();
    await tells('ready', 'one');
    await button.click();
    await tells('progress', 'one');
    await one.evaluate((element) => {
      globalThis.told = [];
      element.stop();
    });
    await tells('stopped', 'one');
    await reach('stopped', 'one');
    await frame('one').getByRole('button', { name: 'Paint again' }).waitFor();
    const afterwards = await page.evaluate(() => globalThis.told.filter(({ name }) => name === 'progress').length);
    assert.ok(afterwards <= 2, `it ends within a step, not after ${afterwards}`);

    // Changes of attributes, one after the other and while it paints.
    await one.evaluate((element) => { element.photo = 'coffee'; });
    await frame('one').locator('#photo[src$="coffee.webp"]').waitFor();
    await forget();
    await one.evaluate((element) => { element.paint(); });
    await tells('progress', 'one');
    await one.evaluate((element) => { element.theme = 'dark'; });
    await forget();
    await tells('progress', 'one');
    await one.evaluate((element) => { element.photo = 'cat'; });
    await frame('one').locator('#photo[src$="cat.webp"]').waitFor();
    await state('poster');

    await one.evaluate((element) => { element.steps = 10; element.paint(); });
    await tells('done', 'one');
    await forget();
    await one.evaluate((element) => { element.paint(); });
    await tells('done', 'one');
    await one.evaluate((element) => { element.steps = 12; element.autoplay = 'visible'; });
    await page.waitForFunction(() => globalThis.told.some(({ name, steps }) => name === 'done' && steps === 12), null, { timeout: PATIENCE });
    assert.equal(await entries(), before);
  });
});

test('events leave the shadow tree around the element', async () => {
  await post('<div id="host"></div>', async ({ page, tells }) => {
    await page.evaluate(async (html) => {
      await customElements.whenDefined('impasto-demo');
      const tree = document.querySelector('#host').attachShadow({ mode: 'open' });
      tree.innerHTML = html;
      tree.querySelector('impasto-demo').paint();
    }, demo('one'));
    // Outside, the host is their target.
    for (const name of ['ready', 'progress', 'done']) await tells(name, 'host');
  });
});

test('a move keeps what can be kept, and fifty mounts leave nothing', async () => {
  await post(`${demo('one')}<div id="there"></div>`, async ({ page, element, frame, tells }) => {
    const one = element('one');
    await frame('one').getByRole('button', PAINT).waitFor();
    const mark = () => frame('one').locator('body').evaluate((body) => { body.dataset.mark = 'kept'; });
    const marked = () => frame('one').locator('body[data-mark=kept]').count();
    await mark();
    const hasMove = await one.evaluate((element) => {
      const there = document.querySelector('#there');
      there.moveBefore?.(element, null);
      return Boolean(there.moveBefore);
    });
    if (hasMove) assert.equal(await marked(), 1, 'moveBefore keeps the frame');

    // Another move while it is shown paints again; after a removal there is the poster.
    await one.evaluate((element) => { element.paint(); });
    await tells('done', 'one');
    await page.evaluate(() => { globalThis.told = []; });
    await one.evaluate((element) => document.querySelector('h1').before(element));
    await tells('done', 'one');
    await page.evaluate(async () => {
      const element = document.querySelector('#one');
      element.remove();
      await new Promise(requestAnimationFrame);
      document.querySelector('h1').before(element);
    });
    await frame('one').getByRole('button', PAINT).waitFor();

    const client = await page.context().newCDPSession(page);
    const listeners = async () => {
      let count = 0;
      for (const expression of ['window', 'document']) {
        const { result } = await client.send('Runtime.evaluate', { expression });
        count += (await client.send('DOMDebugger.getEventListeners', { objectId: result.objectId })).listeners.length;
      }
      return count;
    };
    await one.evaluate((element) => element.remove());
    const before = await listeners();
    await page.evaluate(async (html) => {
      globalThis.mounted = [];
      for (let mount = 0; mount < 50; mount += 1) {
        document.querySelector('#there').innerHTML = html;
        const element = document.querySelector('#one');
        globalThis.mounted.push(new WeakRef(element));
        if (mount % 10 === 0) await new Promise((resolve) => { element.addEventListener('impasto-ready', resolve); });
        element.remove();
      }
    }, demo('one', 'loading="eager" autoplay="visible"'));
    assert.equal(page.frames().length, 1, 'frames');
    assert.equal(await listeners(), before, 'listeners');
    await page.requestGC();
    // The last one may still be in use by the browser.
    assert.ok(await page.evaluate(() => globalThis.mounted.filter((mounted) => mounted.deref()).length) < 5, 'elements');
  });
});

for (const [name, { starts, settings }] of Object.entries({
  'by itself': { starts: true, settings: {} },
  'by a box taller than the window': { starts: true, settings: { options: { viewport: { width: 800, height: 150 } } } },
  'not where the reader wants less motion': { starts: false, settings: { options: { reducedMotion: 'reduce' } } },
  'not where the reader saves data': {
    starts: false,
    settings: { before: () => Object.defineProperty(navigator.connection, 'saveData', { get: () => true }) },
  },
})) {
  test(`a run starts when it is seen: ${name}`, async () => {
    await post(demo('one', 'autoplay="visible"'), async ({ page, site, element, tells, frame }) => {
      await element('one').scrollIntoViewIfNeeded();
      if (!starts) await frame('one').getByRole('button', PAINT).waitFor();
      else await tells('progress', 'one');
      // The browser has told what is visible before the second picture from now.
      await page.evaluate(async () => {
        for (const _ of [1, 2, 3]) await new Promise(requestAnimationFrame);
      });
      assert.equal(await element('one').evaluate((element) => element.state === 'poster'), !starts);
      if (!starts) assert.deepEqual(site.requests.filter(heavy), []);
    }, settings);
  });
}

test('where it cannot run, a sentence names the cause', async () => {
  const cause = async (elements, sentence, settings, prepare = () => {}) => {
    await post(elements, async (all) => {
      await prepare(all);
      await all.element('one').getByText(sentence).waitFor();
      await all.tells('error', 'one');
      assert.match(await all.page.evaluate(() => globalThis.told.find(({ name }) => name === 'error').message), sentence);
      await all.element('instead').waitFor();
    }, { expectErrors: true, ...settings });
  };
  const fallback = demo('one').replace('></', '><p slot="fallback" id="instead">Words</p></');
  await cause(fallback, /needs http:\/\/127.* in the frame-src/, { policy: "frame-src 'none'" });
  await cause(fallback, /needs "allow-same-origin" in the sandbox/, { policy: 'sandbox allow-scripts' });
  // Pages in files: with a script of a site, and with one of a file.
  await post('', async ({ page, site, element, frame }) => {
    const folder = await mkdtemp(join(tmpdir(), 'impasto-file-'));
    const file = async (address) => {
      await writeFile(join(folder, 'post.html'), `<!doctype html><script src="${address}"></script>${demo('one')}`);
      await page.goto(`file://${folder}/post.html`);
    };
    await file(`${site.url}embed.js`);
    await frame('one').getByRole('button', PAINT).waitFor();
    await copyFile(join(dist, 'embed.js'), join(folder, 'embed.js'));
    await file('embed.js');
    await element('one').getByText('needs a web server').waitFor();
    // A frame that somebody wrote by hand.
    await page.goto(site.url.replace(/[^/]*\/$/, ''), { waitUntil: 'commit' });
    await page.setContent(`<iframe sandbox="allow-scripts" src="${site.url}embed.html"></iframe>`);
    await page.frameLocator('iframe').getByText('It needs “allow-same-origin”').waitFor();
  }, { expectErrors: true });
});

test('the frame has few rights, and the element can be reached by keys and by style sheets', async () => {
  const rules = 'impasto-demo { --impasto-radius: 3px } impasto-demo::part(box) { outline: 2px solid rgb(1, 2, 3) }';
  await post(demo('one', 'label="A cat"'), async ({ page, element, frame, tells }) => {
    const button = frame('one').getByRole('button', PAINT);
    await button.waitFor();
    const inner = element('one').locator('iframe');
    assert.equal(await inner.getAttribute('sandbox'), 'allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-downloads');
    assert.equal(await frame('one').locator('body').evaluate(() => document.referrer), '');
    const [radius, outline] = await element('one').evaluate((element) => {
      const { borderRadius, outlineColor } = getComputedStyle(element.shadowRoot.querySelector('[part=box]'));
      return [borderRadius, outlineColor];
    });
    assert.deepEqual([radius, outline], ['3px', 'rgb(1, 2, 3)']);
    assert.equal(await inner.getAttribute('title'), 'A cat');
    await page.keyboard.press('Tab');
    await page.waitForFunction(() => document.activeElement?.id === 'one');
    assert.ok(await button.evaluate((button) => document.activeElement === button));
    await page.keyboard.press('Enter');
    await tells('progress', 'one');
    await page.evaluate(() => { document.activeElement.blur(); document.querySelector('#one').focus(); });
    assert.equal(await page.evaluate(() => document.activeElement.id), 'one');
  }, { policy: null, head: (site) => `<style>${rules}</style><script async src="${site.url}embed.js"></script>` });
});

test('a demonstration stops with its picture when the post says so, and hands it out', async () => {
  await post(demo('one', '', 300), async ({ page, element, frame, tells }) => {
    const picture = (type) => element('one').evaluate(async (element, type) => {
      const blob = await element.toBlob(type);
      const { width, height } = await createImageBitmap(blob);
      return [blob.type, Math.max(width, height)];
    }, type);
    await assert.rejects(picture(), /there is no picture/);
    await frame('one').getByRole('button', PAINT).click();
    await tells('progress', 'one');
    assert.deepEqual(await picture('image/webp'), ['image/webp', 64]);
    await element('one').evaluate((element) => element.stop());
    await tells('stopped', 'one');
    await frame('one').getByRole('button', { name: 'Paint again' }).waitFor();
    assert.deepEqual(await picture(), ['image/png', 64]);
  });
});
