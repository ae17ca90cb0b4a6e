// Tests the looks: chosen by pointer, keyboard, link and result; recognised; named as one's own where they are changed.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, visit } from './support/chromium.mjs';
import { recipeOf } from './support/recipe.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

/** The look that is chosen; `null` where none is. */
const look = (page) => page.locator('.looks').evaluate((looks) => looks.querySelector(':checked')?.value ?? null);
const note = (page) => page.locator('#look-note').textContent();

test('a look is chosen by pointer or keyboard, and another page finds it in the result', async () => {
  let painted;
  await visit(browser, async ({ studio, page, host }) => {
    await studio.open(host.url, 'cpu', { network: 'tiny', size: 64, steps: 10 });
    await studio.unfold();
    assert.equal(await look(page), 'brushwork', 'the page begins with it');
    await page.getByText('Texture').click();
    assert.equal(await look(page), 'texture');
    assert.equal(await page.locator('.looks .about').count(), 5, 'each says what it is');

    await page.getByRole('radio', { name: 'Texture' }).focus();
    await page.keyboard.press('ArrowUp');
    assert.equal(await look(page), 'portrait');
    assert.equal((await studio.settings())['style-loss'], 'neighbors');
    await page.keyboard.press('ArrowUp');
    assert.equal(await look(page), 'brushwork');
    await page.getByText('Portrait').click();
    assert.equal(await look(page), 'portrait');
    assert.equal(await note(page), '');

    await studio.paint();
    await studio.reach('done');
    painted = (await studio.save('Save PNG', 'portrait.png')).bytes;
    const { style_loss, content_layers, style_layers, content_weight, size, steps } = recipeOf(painted).options;
    assert.equal(style_loss, 'neighbors');
    assert.deepEqual(content_layers.map(([layer]) => layer), ['conv3_1', 'conv4_2']);
    assert.equal(style_layers.length, 5);
    assert.deepEqual([Math.fround(content_weight), size, steps], [Math.fround(0.1), { 'long-side': 64 }, 10], 'the rest is as it was');

    await page.getByText('Texture').click();
    assert.equal((await studio.settings())['style-loss'], 'gram');
  });

  await visit(browser, async ({ studio, page, host }) => {
    await studio.open(host.url, 'cpu');
    await studio.unfold();
    await studio.takeSettings('portrait.png', painted);
    assert.equal(await look(page), 'portrait');
  });
});

test('where a value of the look is changed no look is chosen, until one is', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await studio.open(host.url, 'cpu', { look: 'brushwork' });
    await studio.unfold();
    assert.equal(await look(page), 'brushwork');
    // These are no part of a look.
    await studio.choose({ size: 64, steps: 10, strength: 0.5 });
    await studio.pick({ Colours: 'the photo’s', Strokes: 'fine', Start: 'noise', Pooling: 'the mean of four' });
    assert.equal(await look(page), 'brushwork');

    await studio.pick({ Layers: 'fine strokes' });
    assert.equal(await look(page), null);
    assert.match(await note(page), /^Your own/);
    await studio.screenshot('own-look');
    await page.getByText('Brushwork').click();
    assert.deepEqual([await look(page), await note(page), (await studio.settings()).layers], ['brushwork', '', 'everything']);

    await page.getByText('Texture').click();
    await studio.pick({ 'Style loss': 'means and covariances' });
    assert.equal(await look(page), null);
    await studio.pick({ 'Style loss': 'Gram matrices' });
    assert.equal(await look(page), 'texture', 'it is recognised by its values');
    await studio.pick({ Experiment: 'content only' });
    assert.equal(await look(page), null, 'an experiment has no look');
    await page.getByText('Free', { exact: true }).click();
    assert.deepEqual([await look(page), (await studio.settings()).experiment], ['free', 'none']);
  });
});

test('a link can ask for a look, and for other values beside it', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    const warnings = [];
    page.on('console', (message) => { if (message.text().startsWith('Impasto')) warnings.push(message.text()); });
    for (const [asked, due] of [
      [{ look: 'poster' }, 'poster'],
      [{ 'style-loss': 'neighbors' }, null],
      [{ 'style-loss': 'moments', look: 'free' }, null],
    ]) {
      await studio.open(host.url, 'cpu', asked);
      assert.equal(await look(page), due, JSON.stringify(asked));
    }
    assert.deepEqual(warnings, []);
    await studio.open(host.url, 'cpu', { look: 'nice' });
    assert.equal(await look(page), 'brushwork');
    assert.match(warnings.join('\n'), /look="nice".*brushwork, portrait, texture, poster or free/);
  });
});
