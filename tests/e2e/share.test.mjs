// Tests what leaves the page besides files: copies of the picture and of the settings; and what the browser is told of a run.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { launch, until, visit } from './support/chromium.mjs';
import { cli, root } from './support/places.mjs';
import { recipeOf } from './support/recipe.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const allowed = (page, host) => page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: host.origin });

/** Presses a button that copies text; returns that text. */
async function copied(page, name) {
  await page.evaluate(() => navigator.clipboard.writeText(''));
  await page.getByRole('button', { name }).click();
  await until(page, async () => await navigator.clipboard.readText() !== '');
  return page.evaluate(() => navigator.clipboard.readText());
}

test('a link opens the page with the same settings', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await allowed(page, host);
    await studio.open(host.url, 'cpu', { network: 'fast' });
    await studio.unfold();
    await page.getByText('Portrait').click();
    await studio.choose({ photo: 'cat', painting: 'hokusai-poppies', size: 96, strength: 0.5, steps: 30 });
    await studio.pick({ Colours: 'the photo’s', Strokes: 'fine' });
    const link = await copied(page, 'Copy link');
    const chosen = await studio.settings();
    assert.match(await studio.status(), /^The link is in the clipboard\.$/);
    await page.goto(link);
    await studio.paintButton.waitFor();
    await studio.unfold();
    await studio.reachNetwork('fast');
    assert.deepEqual(await studio.settings(), chosen);
    assert.equal(await page.locator('.looks :checked').inputValue(), 'portrait');
    for (const [well, key] of [['Photo', 'cat'], ['Painting', 'hokusai-poppies']]) {
      assert.equal(await studio.region(well).getAttribute('data-chosen'), key);
    }
  });
});

test('a command paints by the same recipe as the page', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await allowed(page, host);
    await studio.open(host.url, 'cpu', { network: 'tiny' });
    await studio.choose({ photo: 'cat', painting: 'hokusai-poppies', size: 64, steps: 10, strength: 0.25 });
    const command = await copied(page, 'Copy as a command');
    const folder = mkdtempSync(join(tmpdir(), 'impasto-command-'));
    cpSync(join(root, 'www/samples/photos/cat.jpg'), join(folder, 'cat.jpg'));
    cpSync(join(root, 'www/samples/styles/hokusai-poppies.jpg'), join(folder, 'hokusai-poppies.jpg'));
    symlinkSync(join(root, 'weights'), join(folder, 'weights'));
    assert.match(command, /^impasto stylize cat\.jpg hokusai-poppies\.jpg /);
    execFileSync('sh', ['-c', `${command.replace(/^impasto/, '"$IMPASTO"')} --device cpu`], {
      cwd: folder, env: { ...process.env, IMPASTO: cli }, stdio: ['ignore', 'ignore', 'inherit'],
    });
    await studio.paint();
    await studio.reach('done');
    const saved = await studio.save('Save PNG', 'as-by-command.png');
    const { options, network } = recipeOf(readFileSync(join(folder, 'painted.png')));
    assert.deepEqual({ options, network }, { options: recipeOf(saved.bytes).options, network: recipeOf(saved.bytes).network });
  });
});

test('code for a post names the site and what is chosen', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await allowed(page, host);
    await studio.open(host.url, 'cpu');
    await studio.choose({ photo: 'cat', size: 96 });
    const code = await copied(page, 'Copy code for a post');
    // The site's own pages parse nothing with a script in it.
    const post = await page.context().newPage();
    const found = await post.evaluate((code) => {
      const parsed = new DOMParser().parseFromString(code, 'text/html');
      const { attributes } = parsed.querySelector('impasto-demo');
      return { script: parsed.querySelector('script').src, ...Object.fromEntries([...attributes].map(({ name, value }) => [name, value])) };
    }, code);
    await post.close();
    assert.deepEqual(found, { script: `${host.url}embed.js`, photo: 'cat', painting: 'van-gogh-village-street-in-auvers', size: '96' });

    // What only this machine has is named.
    const png = await studio.sampleAsPng('photos/coffee');
    await page.getByLabel('Your own photo').setInputFiles({ name: 'my "own".png', mimeType: 'image/png', buffer: png });
    await page.locator('section[data-chosen=own]').waitFor();
    assert.ok(!(await copied(page, 'Copy code for a post')).includes('own'));
    assert.match(await studio.status(), /It does not name my "own"\.png, which only this machine has\.$/);
  });
});

test('the picture on the wall can be copied', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await allowed(page, host);
    await studio.open(host.url, 'cpu');
    await studio.choose({ size: 64, steps: 10 });
    await studio.paint();
    await studio.reach('done');
    await page.getByRole('button', { name: 'Copy', exact: true }).click();
    await page.locator('#status').filter({ hasText: 'The picture is in the clipboard.' }).waitFor();
    const bytes = await page.evaluate(async () => {
      const [item] = await navigator.clipboard.read();
      return Array.from(new Uint8Array(await (await item.getType('image/png')).arrayBuffer()));
    });
    const { rgba } = await studio.pixels();
    assert.ok((await studio.decode(Buffer.from(bytes), 'image/png')).rgba.equals(rgba));
  });
});

test('the title says how far a run is, and leaving asks while it paints', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await studio.open(host.url, 'cpu', { schedule: 'single' });
    const usual = await page.title();
    const asks = () => page.evaluate(() => {
      const event = new Event('beforeunload', { cancelable: true });
      dispatchEvent(event);
      return event.defaultPrevented;
    });
    assert.equal(await asks(), false);
    await studio.choose({ size: 192, steps: 300 });
    await studio.paint();
    await studio.reachStep(6);
    await page.waitForFunction(() => /^[1-9]\d* % painted/.test(document.title));
    assert.equal(await asks(), true);
    await studio.stopButton.click();
    await studio.reach('stopped');
    assert.equal(await page.title(), usual);
    assert.equal(await asks(), false);
  });
});
