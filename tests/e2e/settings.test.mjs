// Tests the settings: a saved picture contains them, the page reads them from it, and a link can set them.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { launch, until, visit } from './support/chromium.mjs';
import { root } from './support/places.mjs';
import { recipeOf, withRecipe } from './support/recipe.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

test('a saved picture says how it was painted, and another page paints it again from that', async () => {
  const shown = {
    size: '64', strength: '0.5', steps: '15',
    color: 'match', strokes: '60', part: '0,0,100,50', layers: 'strokes', init: 'mixture', until: 'level',
    'style-weight': '2', 'tv-weight': '0.5', seed: '7', optimizer: 'lbfgs', 'style-loss': 'moments', pooling: 'avg', network: 'tiny',
    'long-side': '64', second: 'none', share: '50', experiment: 'none', layer: 'conv4_2',
  };
  let first;
  await visit(browser, async ({ studio, page, host }) => {
    await studio.open(host.url, 'cpu');
    await studio.choose({ size: 64, strength: 0.5, steps: 15 });
    await studio.unfold();
    await studio.pick({
      Colours: 'the photo’s palette', Strokes: 'fine', Part: 'its upper half', Layers: 'fine strokes', Start: 'the photo under noise',
      End: 'when it hardly gets better', Optimiser: 'L-BFGS', 'Style loss': 'means and covariances', Pooling: 'the mean of four',
    });
    await studio.write({ 'Style weight β': 2, 'Smoothness τ': 0.5, Seed: 7 });
    const { 'content-weight': alpha, ...settings } = await studio.settings();
    assert.deepEqual(settings, shown);
    await studio.screenshot('settings');
    await studio.paint();
    await studio.reach('done');
    const png = await studio.save('Save PNG', 'with-recipe.png');
    first = { png: png.bytes, rgba: (await studio.pixels()).rgba };
    assert.ok((await studio.decode(png.bytes, 'image/png')).rgba.equals(first.rgba), 'it is still a picture');

    const { network, options, version } = recipeOf(png.bytes);
    assert.equal(network, 'Impasto Tiny');
    assert.match(version, /^\d+\.\d+\.\d+/);
    const { size, style_size, steps, seed, color, init, until, optimizer, style_loss, pooling, style_weight, style_layers } = options;
    assert.deepEqual({ size, style_size, steps, seed, color, init, until, optimizer, style_loss, pooling, style_weight }, {
      size: { 'long-side': 64 }, style_size: { 'long-side': 38 }, steps: 15, seed: 7, color: 'match', init: 'mixture',
      until: 'level', optimizer: 'lbfgs', style_loss: 'moments', pooling: 'avg', style_weight: 2,
    });
    assert.equal(Math.fround(options.content_weight), Math.fround(Number(alpha)));
    assert.deepEqual(style_layers.map(([layer]) => layer), ['conv1_1', 'conv2_1', 'conv3_1']);

    const triptych = await studio.save('Save triptych', 'without-recipe.png');
    assert.equal(recipeOf(triptych.bytes), null, 'a triptych is more than one picture');
  });

  await visit(browser, async ({ studio, page, host }) => {
    await studio.open(host.url, 'cpu', { network: 'fast', init: 'noise' });
    await studio.unfold();
    await studio.takeSettings('painted.png', first.png);
    assert.equal(await studio.status(), 'Settings taken from painted.png.');
    const { 'content-weight': alpha, ...settings } = await studio.settings();
    assert.deepEqual(settings, shown);
    await studio.screenshot('settings-taken');
    await studio.paint();
    await studio.reach('done');
    assert.ok((await studio.pixels()).rgba.equals(first.rgba), 'it is the same picture');
    const png = await studio.save('Save PNG', 'painted-again.png');
    assert.deepEqual(recipeOf(png.bytes), recipeOf(first.png));
  });
});

test('a picture that no recipe gives again carries none', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await studio.open(host.url, 'cpu');
    const saved = async (as) => recipeOf((await studio.save('Save PNG', `${as}.png`)).bytes);
    let job = 0;
    const paint = async (choice) => {
      if (choice) await page.getByLabel(choice).check({ force: true });
      await studio.paint();
      job += 1;
      await page.locator(`#studio[data-job="${job}"]`).waitFor();
    };
    await studio.choose({ size: 64, steps: 300 });
    await paint();
    await studio.reachStep(2);
    await studio.stopButton.click();
    await studio.reach('stopped');
    assert.equal(await saved('recipe-stopped'), null, 'it was stopped');

    await studio.choose({ steps: 10 });
    await paint('Go on from this picture');
    await studio.reach('done');
    assert.equal(await saved('recipe-gone-on'), null, 'it was gone on from');

    await studio.choose({ size: 128, steps: 60 });
    await paint('Start afresh');
    await studio.choose({ strength: 0.4 });
    await studio.reach('done');
    assert.equal(await saved('recipe-steered'), null, 'its strength was moved on the way');

    await studio.choose({ size: 64, steps: 10 });
    await paint('Start afresh');
    await studio.reach('done');
    assert.equal((await saved('recipe-whole')).options.steps, 10);
  });
});

test('a file that does not say how it was painted is named as such, and nothing is changed', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await studio.open(host.url, 'cpu', { size: '96', color: 'keep' });
    await studio.unfold();
    const before = await studio.settings();
    const jpeg = readFileSync(join(root, 'www/samples/photos/cat.jpg'));
    const png = await studio.sampleAsPng('photos/cat');
    for (const [name, bytes, why] of [
      ['cat.jpg', jpeg, /No settings were taken from cat\.jpg: it is no PNG file/],
      ['plain.png', png, /No settings were taken from plain\.png: the PNG does not say how it was painted/],
      ['cut.png', png.subarray(0, 100), /the PNG file is damaged/],
      ['odd.png', withRecipe(png, { version: '9', network: 'x', options: { steps: 0 } }), /out of range/],
      ['new.png', withRecipe(png, { version: '9', network: 'x', options: { init: 'dream' } }), /cannot be read/],
    ]) {
      await studio.takeSettings(name, bytes);
      assert.equal(await studio.alert.getAttribute('data-kind'), 'settings');
      assert.match(await studio.alert.textContent(), why);
      assert.deepEqual(await studio.settings(), before);
    }
    await studio.screenshot('no-settings');
    await studio.takeSettings('good.png', withRecipe(png, { version: '0.1.0', network: 'Impasto Fast', options: { steps: 20 } }));
    assert.equal(await studio.alert.count(), 0);
    assert.equal((await studio.settings()).steps, '20');
  });
});

test('what the page cannot do as a result says is brought near and named; the rest is kept', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await studio.open(host.url, 'cpu');
    await studio.unfold();
    const png = await studio.sampleAsPng('photos/cat');
    const options = {
      size: { 'long-side': 4096 }, steps: 2000, content_weight: 50, until: { loss: 0.05 }, style_layers: [['conv1_1', 1]],
    };
    await studio.takeSettings('large.png', withRecipe(png, { version: '0.1.0', network: 'VGG-19', options }));
    assert.equal(
      await studio.status(),
      'Settings taken from large.png. As near as this page can come: size, strength, steps. Its network, VGG-19, is not offered here.',
    );
    const { size, steps, strength, until, layers, color } = await studio.settings();
    assert.deepEqual({ size, steps, strength, until, layers, color }, {
      size: '1024', steps: '300', strength: '-1.5', until: '', layers: '', color: 'painting',
    });
    const shown = (id) => page.locator(`#${id} option:checked`).textContent();
    assert.deepEqual([await shown('until'), await shown('layers')], ['as in the result', 'as in the result']);

    await studio.choose({ size: 64, steps: 10 });
    await studio.pick({ End: 'after all steps' });
    await studio.paint();
    await studio.reach('done');
    const painted = recipeOf((await studio.save('Save PNG', 'layers-kept.png')).bytes);
    assert.equal(painted.options.until, 'steps');
    assert.deepEqual(painted.options.style_layers, [['conv1_1', 1]]);
  });
});

test('the content weight and the strength follow each other; a number that cannot be used is marked', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await studio.open(host.url, 'cpu');
    await studio.unfold();
    const shows = (id, value) => until(page, ([id, value]) => document.getElementById(id).value === value, [id, value]);
    const marked = (id, bad) => page.locator(`#${id}[aria-invalid=${bad}]`).waitFor();
    await shows('content-weight', '0.1');
    await studio.choose({ strength: 1 });
    await shows('content-weight', '0.01');
    await studio.write({ 'Content weight α': '1' });
    await shows('strength', '-1');
    await studio.write({ 'Content weight α': '0.0512' });
    await shows('content-weight', '0.0512');
    await shows('strength', '0.3');

    for (const bad of ['50', '0', '-1', '']) {
      await studio.write({ 'Content weight α': bad });
      await marked('content-weight', true);
      assert.equal((await studio.settings()).strength, '0.3');
      assert.equal((await studio.settings())['content-weight'], bad, 'what was written can be seen');
    }
    await studio.screenshot('bad-number');
    await studio.choose({ strength: 0.5 });
    await marked('content-weight', false);

    for (const [id, label, bad, good] of [
      ['style-weight', 'Style weight β', '-1', '2.5'],
      ['tv-weight', 'Smoothness τ', '', '0'],
      ['seed', 'Seed', '1.5', '18446744073709551615'],
    ]) {
      await studio.write({ [label]: bad });
      await marked(id, true);
      await studio.write({ [label]: good });
      await marked(id, false);
      await shows(id, good);
    }
  });
});

test('a link can ask for what lies under More and Expert', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    const warnings = [];
    page.on('console', (message) => { if (message.text().startsWith('Impasto')) warnings.push(message.text()); });
    const asked = {
      color: 'keep', strokes: '140', layers: 'forms', init: 'noise', until: 'level', optimizer: 'lbfgs',
      'style-loss': 'moments', pooling: 'avg',
    };
    const chosen = async () => {
      const settings = await studio.settings();
      return Object.fromEntries(Object.keys(asked).map((key) => [key, settings[key]]));
    };
    await studio.open(host.url, 'cpu', asked);
    assert.deepEqual(await chosen(), asked);
    assert.deepEqual(warnings, []);

    const hostile = {
      color: '<b>', strokes: '99', layers: 'conv1_1=1e30', init: 'x', until: '0.05', optimizer: 'sgd',
      'style-loss': 'l1', pooling: 'none',
    };
    await studio.open(host.url, 'cpu', hostile);
    assert.deepEqual(await chosen(), {
      color: 'painting', strokes: '100', layers: 'everything', init: 'content', until: 'steps', optimizer: 'adam',
      'style-loss': 'neighbors', pooling: 'max',
    });
    for (const key of Object.keys(hostile)) {
      assert.equal(warnings.filter((text) => text.includes(`${key}=`)).length, 1, `${key}: ${warnings.join('\n')}`);
    }
  });
});
