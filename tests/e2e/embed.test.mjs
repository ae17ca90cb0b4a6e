// Tests the embedded demonstration: in a page on another origin, whose policy forbids nearly everything.

import assert from 'node:assert/strict';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { launch, visit, wrongsOn } from './support/chromium.mjs';
import { Host } from './support/host.mjs';
import { bundled } from './support/pack.mjs';
import { artefacts, dist, root } from './support/places.mjs';
import { PATIENCE } from './support/studio.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

/** A page on another origin with these elements, and two pictures that the site may or may not read (CORS). */
async function post(elements, run, { expectErrors = false } = {}) {
  const site = await new Host(bundled).start();
  const policy = `default-src 'none'; script-src ${site.origin}; frame-src ${site.origin}`;
  const picture = await readFile(join(root, 'www/samples/photos/coffee.jpg'));
  const server = createServer((request, response) => {
    if (request.url === '/open.jpg' || request.url === '/closed.jpg') {
      response.writeHead(200, { 'content-type': 'image/jpeg', ...(request.url === '/open.jpg' && { 'access-control-allow-origin': '*' }) });
      response.end(picture);
      return;
    }
    const found = request.url === '/post';
    response.writeHead(found ? 200 : 404, { 'content-type': 'text/html', 'content-security-policy': policy });
    response.end(found ? `<!doctype html><title>A post</title><script async src="${site.url}embed.js"></script>
      <h1>A post</h1>${elements}<p>${'Words of the post. '.repeat(2000)}</p>` : '');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const context = await browser.newContext({ viewport: { width: 800, height: 700 } });
  try {
    const page = await context.newPage();
    const wrongs = wrongsOn(page);
    await page.addInitScript(() => {
      globalThis.heard = [];
      for (const name of ['progress', 'done', 'stopped', 'failed']) {
        addEventListener(name, (event) => {
          if (event.target.localName === 'impasto-demo') globalThis.heard.push({ name, id: event.target.id, ...event.detail });
        });
      }
    });
    await page.goto(`http://127.0.0.1:${server.address().port}/post`);
    const heard = () => page.evaluate(() => globalThis.heard);
    const reach = (name, id) => page.waitForFunction(
      ([name, id]) => globalThis.heard.some((event) => event.name === name && event.id === id), [name, id], { timeout: PATIENCE },
    );
    await run({ page, site, heard, reach, frame: (id) => page.frameLocator(`#${id} iframe`) });
    if (!expectErrors) assert.deepEqual(wrongs.filter((text) => !text.includes('favicon')), [], 'errors on the page');
  } finally {
    await context.close();
    await new Promise((resolve) => { server.closeAllConnections(); server.close(resolve); });
    await site.stop();
  }
}

const heavy = (path) => path.endsWith('.wasm') || path.startsWith('weights/');
const demo = (id, more = '', steps = 10, photo = 'cat') =>
  `<impasto-demo id="${id}" photo="${photo}" painting="hokusai-great-wave" size="64" steps="${steps}" network="tiny" engine="cpu" ${more}></impasto-demo>`;

test('a demonstration shows a poster, paints on a click, and tells the page around it', async () => {
  await post(demo('one', 'aspect="3/2" theme="dark"'), async ({ page, site, heard, reach, frame }) => {
    const button = frame('one').getByRole('button', { name: 'Paint the photo like the painting' });
    await button.waitFor();
    await page.waitForTimeout(500);
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

test('a post scrolls as smoothly while a demonstration paints', async (context) => {
  await post(demo('one', '', 300), async ({ page, reach, frame, heard }) => {
    /** The number of frames that the browser draws in two seconds while the page is animated. */
    const drawn = () => page.evaluate(async () => {
      let pictures = 0;
      for (const begin = performance.now(); performance.now() - begin < 2000; pictures += 1) {
        scrollTo(0, (pictures * 10) % 1000);
        await new Promise(requestAnimationFrame);
      }
      scrollTo(0, 0);
      return pictures;
    });
    assert.ok(await page.evaluate(() => document.documentElement.scrollHeight - innerHeight) > 1000, 'there is text to scroll');
    const before = await drawn();
    await frame('one').getByRole('button', { name: 'Paint the photo like the painting' }).click();
    await reach('progress', 'one');
    const meanwhile = await drawn();
    const last = (await heard()).at(-1);
    assert.equal(last.name, 'progress', 'it paints all the while');
    context.diagnostic(`pictures in two seconds: ${before} before, ${meanwhile} while it paints`);
    // A step on the page's own thread would allow only a tenth of the frames; other programs on the machine cost a
    // third.
    assert.ok(meanwhile > before / 2, `${meanwhile} pictures in the time of ${before}`);
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
    await page.waitForTimeout(1000);
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
  const source = await readFile(join(root, 'www/embed.js'), 'utf8');
  const read = [...source.matchAll(/getAttribute\('([\w-]+)'\)/g)].map((match) => match[1]);
  const passedOn = [...source.match(/passedOn = \[(.*)\]/)[1].matchAll(/'([\w-]+)'/g)].map((match) => match[1]);
  const documented = [...text.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, names]) => names.match(/[\w-]+/g));
  assert.deepEqual([...new Set([...read, ...passedOn])].sort(), documented.sort());
});

test('messages from elsewhere are not taken for the painter\'s', async () => {
  await post(demo('one'), async ({ page, site, heard }) => {
    await page.locator('#one iframe').waitFor();
    await page.evaluate(() => {
      postMessage({ impasto: 'wanted' }, '*');
      postMessage({ impasto: 'state', state: 'done', step: 1, steps: 1, loss: 0 }, '*');
    });
    await page.waitForTimeout(500);
    assert.deepEqual(await heard(), []);
    assert.deepEqual(site.requests.filter(heavy), []);
  });
});
