// Tests the examples in examples/web: each is opened as its readers would, with the site's address in place of the one that it
// names. On the processor, since a GPU in software is slow.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { violations } from './support/axe.mjs';
import { launch, wrongsOn } from './support/chromium.mjs';
import { Host } from './support/host.mjs';
import { bundled } from './support/pack.mjs';
import { freed, packed, project, serve } from './support/package.mjs';
import { artefacts, program, root } from './support/places.mjs';
import { PATIENCE } from './support/studio.mjs';

const EXAMPLES = join(root, 'examples/web');
const FRAMEWORKS = ['react', 'vue', 'svelte'];
const SITE = 'https://impasto.example/';

let browser;
let tarball;
let site;
before(async () => {
  browser = await launch();
  tarball = packed('package-of-examples');
  site = await new Host(bundled).start();
});
after(async () => {
  await browser.close();
  await site.stop();
});

/** Opens a served folder in a browser without WebGPU. No error may be reported. */
async function open(folder, run, path = '') {
  const host = await serve(folder);
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    await page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'gpu', { value: undefined }));
    const wrongs = wrongsOn(page);
    await page.goto(`${host.origin}/${path}`);
    await run(page);
    // Of an icon, which the examples leave to the reader.
    assert.deepEqual(wrongs.filter((text) => !text.includes('404')), [], 'errors on the page');
  } finally {
    await context.close();
    await host.stop();
  }
}

/** Copies an example into a folder, so that it names this site, and asks for small pictures on the processor. */
function adapt(name, folder) {
  rmSync(folder, { recursive: true, force: true });
  cpSync(join(EXAMPLES, name), folder, { recursive: true });
  for (const file of readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())) {
    const path = join(file.parentPath, file.name);
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replaceAll(SITE, site.url).replaceAll(SITE.slice(0, -1), site.origin)
      .replace(/<impasto-demo(?=[ \n])/g, '<impasto-demo engine="cpu"').replace(/size="128" steps="40"/g, 'size="64" steps="10"'));
  }
  return folder;
}
const adapted = (name) => adapt(name, join(artefacts, 'examples', name));

/** The colours of a canvas: how many different ones there are. */
const colours = (page) => page.locator('canvas').evaluate((canvas) => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return { width: canvas.width, height: canvas.height, colours: new Set(new Uint32Array(data.buffer)).size };
});

test('the page without tools paints the photo that is chosen, stops, and says what is wrong with a file', async () => {
  const folder = project('plain-example', tarball);
  cpSync(join(EXAMPLES, 'plain/index.html'), join(folder, 'index.html'));
  await open(folder, async (page) => {
    const status = page.getByRole('status');
    const photo = page.getByLabel('A photo');
    await photo.setInputFiles(join(folder, 'public/photo.jpg'));
    await status.filter({ hasText: /^Step / }).waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await status.filter({ hasText: /^Painted in \d+ steps\.$/ }).waitFor();
    const shown = await colours(page);
    assert.ok(shown.width === 256 && shown.height === 170 && shown.colours > 1000, JSON.stringify(shown));
    await page.getByRole('button', { name: 'Stop' }).waitFor({ state: 'hidden' });
    await photo.setInputFiles({ name: 'photo.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no picture') });
    await status.filter({ hasNotText: /^(Painted|Step|Now)/ }).filter({ hasText: /\w/ }).waitFor();
  });
});

/** A folder with all frameworks, in which each example is built. */
let workshop = null;
const sites = new Map();
function built(framework) {
  if (!sites.has(framework)) sites.set(framework, build(framework));
  return sites.get(framework);
}
function build(framework) {
  if (workshop === null) {
    const named = FRAMEWORKS.map((name) => JSON.parse(readFileSync(join(EXAMPLES, name, 'package.json'), 'utf8')));
    const packages = named.flatMap(({ dependencies, devDependencies }) => Object.entries({ ...dependencies, ...devDependencies }));
    workshop = project('frameworks', tarball, ...new Set(packages.map((one) => one.join('@'))));
    execFileSync('npx', ['impasto', 'public/impasto'], { cwd: workshop, stdio: ['ignore', 'ignore', 'inherit'] });
  }
  const folder = adapt(framework, join(workshop, framework));
  symlinkSync('../public', join(folder, 'public'));
  execFileSync('npx', ['vite', 'build', '--logLevel', 'warn'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  return join(folder, 'dist');
}

for (const framework of FRAMEWORKS) {
  test(`a component of ${framework} paints, paints again after a change, and leaves nothing when it is removed`, async () => {
    await open(built(framework), async (page) => {
      const status = page.getByRole('status');
      const painted = (width) => page.waitForFunction((width) => {
        const [canvas, told] = [document.querySelector('canvas'), document.querySelector('[role=status]')];
        return canvas?.width === width && /^Painted in \d+ steps$/.test(told.textContent);
      }, width);
      await painted(64);
      assert.ok((await colours(page)).colours > 500);
      // Two changes while it paints: only the last one counts.
      await page.getByRole('button', { name: 'Larger' }).click();
      await status.filter({ hasText: /^Step / }).waitFor();
      await page.getByRole('button', { name: 'Larger' }).click();
      await painted(96);
      // Removed while it paints.
      await page.getByRole('button', { name: 'Larger' }).click();
      await status.filter({ hasText: /^Step / }).waitFor();
      await page.getByRole('button', { name: 'Remove' }).click();
      await page.waitForFunction(() => !document.querySelector('canvas'));
      await freed(page);
      await page.getByRole('button', { name: 'Show' }).click();
      await painted(112);
    });
  });
}

test('the element in a component of react follows its properties, and leaves nothing when it is removed', async () => {
  await open(built('react'), async (page) => {
    const status = page.getByRole('status');
    const demo = page.locator('impasto-demo');
    const client = await page.context().newCDPSession(page);
    const listeners = async () => {
      const { result } = await client.send('Runtime.evaluate', { expression: 'window' });
      return (await client.send('DOMDebugger.getEventListeners', { objectId: result.objectId })).listeners.length;
    };
    const isAt = (state) => page.waitForFunction((state) => document.querySelector('impasto-demo')?.state === state, state);
    // Strict mode runs its effects twice. The first mount tells what is left for good: the definition of the element.
    await isAt('poster');
    assert.equal(page.frames().length, 2, 'one frame');
    await page.getByRole('button', { name: 'Remove' }).click();
    await demo.waitFor({ state: 'detached' });
    const before = await listeners();

    await page.getByRole('button', { name: 'Show' }).click();
    await isAt('poster');
    await demo.evaluate((element) => element.paint());
    await status.filter({ hasText: /^Step / }).waitFor();
    // A change while it paints takes the poster back.
    await page.getByRole('button', { name: 'Larger' }).click();
    await isAt('poster');
    assert.equal(await demo.getAttribute('size'), '80');
    await demo.evaluate((element) => element.paint());
    await status.filter({ hasText: 'Painted in 40 steps' }).waitFor();
    await demo.evaluate((element) => element.paint());
    await isAt('painting');
    await page.getByRole('button', { name: 'Remove' }).click();
    await demo.waitFor({ state: 'detached' });
    assert.equal(page.frames().length, 1);
    await freed(page);
    assert.equal(await listeners(), before);
  }, '?demo');
});

test('several demonstrations are painted one after the other by one button', async () => {
  await open(adapted('several'), async (page) => {
    await page.getByRole('button', { name: 'Paint all' }).click();
    await page.getByText('3 of 3 painted').waitFor();
    assert.deepEqual(await violations(page), []);
  });
});

test('a page whose policy forbids everything else has a demonstration', async () => {
  await open(adapted('strict-policy'), async (page) => {
    await page.waitForFunction(() => document.querySelector('#cat').paint);
    await page.evaluate(() => document.querySelector('#cat').paint());
    await page.waitForFunction(() => document.querySelector('#cat').state === 'done');
  });
});

const LABEL = 'A cat, painted in the manner of "The Great Wave"';
/** A post that a generator made shows a demonstration with all attributes. */
async function assertPost(folder, path) {
  await open(folder, async (page) => {
    const demo = page.locator('impasto-demo');
    await page.waitForFunction(() => document.querySelector('impasto-demo').state === 'poster');
    const attributes = await demo.evaluate((element) => Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value])));
    assert.deepEqual(attributes, { photo: 'cat', painting: 'hokusai-great-wave', size: '64', steps: '10', label: LABEL });
  }, path);
}

test('the include for Jekyll makes a demonstration in a post', async () => {
  const folder = adapted('jekyll');
  const generator = project('jekyll-example', 'liquidjs@10.30.1');
  const script = `
    import { readFileSync } from 'node:fs';
    import { Liquid } from 'liquidjs';
    const engine = new Liquid({ root: '${folder}/_includes', jekyllInclude: true, dynamicPartials: false });
    const [, impasto] = /^impasto: (.*)$/m.exec(readFileSync('${folder}/_config.yml', 'utf8'));
    const post = readFileSync('${folder}/_posts/2026-11-30-cat.md', 'utf8').replace(/^---[^]*?---/, '');
    console.log('<!doctype html><title>A post</title>' + await engine.parseAndRender(post, { site: { impasto } }));`;
  const html = execFileSync('node', ['--input-type=module', '--eval', script], { cwd: generator });
  writeFileSync(join(folder, 'index.html'), html);
  await assertPost(folder, '');
});

const hugo = program('IMPASTO_HUGO', ['hugo']);
test('the shortcode for Hugo makes a demonstration in a post', { skip: !hugo && 'no Hugo: `apt-get install hugo`' }, async () => {
  const folder = adapted('hugo');
  execFileSync(hugo, ['--quiet', '--baseURL', '/'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  await assertPost(join(folder, 'public'), 'posts/cat/');
});
