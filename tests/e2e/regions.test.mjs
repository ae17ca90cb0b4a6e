// Tests regions: the brush's mask, a second painting, transparency; the experiments of the paper; and the transfer of
// the photo's colours after a run.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, visit } from './support/chromium.mjs';
import { recipeOf } from './support/recipe.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const colors = (rgba, at) => [...rgba.subarray(4 * at, 4 * at + 3)];

/** Drags the brush between two points, given as fractions of the picture's width and height. */
async function drag(page, [x0, y0], [x1, y1]) {
  await page.locator('#marks').scrollIntoViewIfNeeded();
  const { x, y, width, height } = await page.locator('#marks').boundingBox();
  await page.mouse.move(x + x0 * width, y + y0 * height);
  await page.mouse.down();
  await page.mouse.move(x + x1 * width, y + y1 * height, { steps: 5 });
  await page.mouse.up();
}

test('marked parts stay the photo, and with a second painting they take its style', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await studio.open(host.url, 'cpu', { network: 'tiny' });
    await studio.choose({ photo: 'coffee', size: 96, steps: 10 });
    await studio.unfold();
    await page.getByRole('button', { name: 'Mark parts of the photo' }).click();
    await page.getByLabel('Width', { exact: true }).fill('40');
    // The right part, with a margin around the edge of the brush.
    await drag(page, [0.85, 0.02], [0.85, 0.98]);
    assert.equal(await page.locator('#marks').getAttribute('data-any'), 'true');
    await studio.screenshot('marks');
    await page.getByRole('button', { name: 'Done' }).click();
    assert.ok(!(await page.locator('#marks').isVisible()));

    const results = [];
    for (const choice of [{ painting: 'hokusai-great-wave' }, { painting: 'kandinsky-composition-viii' }]) {
      await studio.choose(choice);
      await studio.paint();
      await page.locator(`#studio[data-job="${results.length + 1}"]`).waitFor();
      await studio.reach('done');
      results.push(await studio.pixels());
      await page.getByLabel('Start afresh').check({ force: true });
    }
    const [one, other] = results;
    let differ = 0;
    for (let at = 0; at < one.width * one.height; at += 1) {
      const x = (at % one.width) / one.width;
      if (x > 0.8) assert.deepEqual(colors(one.rgba, at), colors(other.rgba, at), `the photo's pixel ${at}`);
      if (x < 0.5) differ += colors(one.rgba, at).some((value, c) => value !== colors(other.rgba, at)[c]) ? 1 : 0;
    }
    assert.ok(differ > 0.3 * one.width * one.height, `${differ} pixels were painted`);

    await page.getByLabel('Second painting', { exact: true }).selectOption('hokusai-great-wave');
    assert.ok(!(await page.getByLabel('Its share').isVisible()), 'marks decide, not a share');
    await studio.paint();
    await page.locator('#studio[data-job="3"]').waitFor();
    await studio.reach('done');
    const third = await studio.pixels();
    const corner = third.width - 2;
    assert.notDeepEqual(colors(third.rgba, corner), colors(other.rgba, corner), 'the marked part is painted now');
    assert.match(await page.locator('.placard .manner').textContent(), /Composition VIII.* and The Great Wave/);
    await studio.screenshot('two-paintings');

    // A new photo has other parts.
    await studio.choose({ photo: 'cat' });
    await page.locator('#marks[data-any=false]').waitFor({ state: 'attached' });
    await page.getByLabel('Its share').fill('80');

    // The inputs are in the saved files: the blend in the recipe, both paintings in the triptych.
    await studio.paint();
    await page.locator('#studio[data-job="4"]').waitFor();
    await studio.reach('done');
    const png = await studio.save('Save PNG', 'blend.png');
    const { paintings, masked } = recipeOf(png.bytes);
    assert.deepEqual(paintings.map((weight) => weight.toFixed(2)), ['0.20', '0.80']);
    assert.equal(masked, undefined);
    const sheet = await studio.save('Save triptych', 'two-paintings.png');
    const { width, height } = await studio.decode(sheet.bytes, 'image/png');
    const sides = await Promise.all(['kandinsky-composition-viii', 'hokusai-great-wave'].map(async (name) => {
      const { width, height } = await studio.decode(await studio.sampleAsPng(`styles/${name}`), 'image/png');
      return width / height;
    }));
    // Photo and result have the same shape; the gaps are narrow.
    const aspect = 2 * (96 / 64) + sides[0] + sides[1];
    assert.ok(Math.abs(width / height - aspect) < 0.25, `${width}×${height} for ${aspect}`);

    await page.getByLabel('Its share').fill('50');
    await page.getByLabel('Second painting', { exact: true }).selectOption('none');
    await studio.takeSettings('blend.png', png.bytes);
    assert.match(await studio.status(), /two paintings: choose the second, too\.$/);
    await page.getByLabel('Second painting', { exact: true }).selectOption('hokusai-great-wave');
    assert.equal(await page.getByLabel('Its share').inputValue(), '80');
  });
});

test('more of the photo is kept where a brush says so, and less where another one does', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await studio.open(host.url, 'cpu', { network: 'tiny' });
    await studio.choose({ photo: 'coffee', painting: 'kandinsky-composition-viii', size: 96, steps: 20 });
    await studio.unfold();
    await studio.paint();
    await studio.reach('done');
    const plain = await studio.pixels();
    await page.getByLabel('Start afresh').check({ force: true });

    await page.getByRole('button', { name: 'Mark parts of the photo' }).click();
    assert.ok(!(await page.getByRole('button', { name: 'Faces' }).isVisible()), 'this browser finds no faces');
    assert.ok(await page.evaluate(() => !('FaceDetector' in window)));
    await page.getByLabel('Width', { exact: true }).fill('40');
    await page.getByRole('button', { name: 'Keep more of the photo here' }).click();
    await drag(page, [0.15, 0.02], [0.15, 0.98]);
    // By keyboard: from the middle two radii to the right, then up and down.
    await page.getByRole('button', { name: 'Paint freely here' }).press('Enter');
    const marks = page.locator('#marks');
    await drag(page, [0.85, 0.5], [0.85, 0.5]);
    await marks.press('Shift+ArrowUp');
    for (let down = 0; down < 3; down += 1) await marks.press('Shift+ArrowDown');
    assert.equal(await marks.getAttribute('data-any'), 'false', 'nothing is protected');
    assert.equal(await marks.getAttribute('data-mapped'), 'true');
    await studio.screenshot('keep-and-free');
    await page.getByRole('button', { name: 'Done' }).click();
    await studio.paint();
    await page.locator('#studio[data-job="2"]').waitFor();
    await studio.reach('done');
    const mapped = await studio.pixels();

    const { width, height } = plain;
    const photo = Buffer.from(await page.evaluate(async ({ width, height }) => {
      const bitmap = await createImageBitmap(await (await fetch('samples/photos/coffee.jpg')).blob());
      const context = new OffscreenCanvas(width, height).getContext('2d');
      context.imageSmoothingQuality = 'high';
      context.drawImage(bitmap, 0, 0, width, height);
      return Array.from(context.getImageData(0, 0, width, height).data);
    }, { width, height }));
    const distance = ({ rgba }, from, to) => {
      let sum = 0;
      for (let at = 0; at < width * height; at += 1) {
        const x = (at % width) / width;
        if (x >= from && x < to) for (let c = 0; c < 3; c += 1) sum += (rgba[4 * at + c] - photo[4 * at + c]) ** 2;
      }
      return sum;
    };
    const ratio = (from, to) => distance(mapped, from, to) / distance(plain, from, to);
    const [kept, free] = [ratio(0, 0.3), ratio(0.7, 1)];
    console.log(`${kept} and ${free} times as far from the photo as without marks`);
    assert.ok(kept < 0.9 && free > 1.03, `${kept} and ${free}`);

    const png = await studio.save('Save PNG', 'kept.png');
    assert.deepEqual([recipeOf(png.bytes).content_map, recipeOf(png.bytes).masked], [true, undefined]);
    await studio.takeSettings('kept.png', png.bytes);
    assert.match(await studio.status(), /mark them again\.$/);
    await page.getByRole('button', { name: 'Mark parts of the photo' }).click();
    await page.getByRole('button', { name: 'Clear' }).click();
    assert.equal(await marks.getAttribute('data-mapped'), 'false');
  });
});

test('the brush works by keyboard, erases, inverts and clears', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await studio.open(host.url, 'cpu', { network: 'tiny' });
    await page.locator('#more > summary').click();
    await page.getByRole('button', { name: 'Mark parts of the photo' }).press('Enter');
    const marks = page.locator('#marks');
    const marked = () => marks.evaluate((canvas) => {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return data.filter((value, at) => at % 4 === 3 && value > 127).length / (canvas.width * canvas.height);
    });
    assert.equal(await marked(), 0);
    await marks.press('Space');
    const dot = await marked();
    assert.ok(dot > 0.002 && dot < 0.05, `${dot}`);
    await marks.press('Shift+ArrowRight');
    await marks.press('Shift+ArrowRight');
    const stroke = await marked();
    assert.ok(stroke > 1.3 * dot && stroke < 4 * dot, `${stroke} after ${dot}`);
    await page.getByRole('button', { name: 'Invert' }).click();
    assert.ok(Math.abs((await marked()) + stroke - 1) < 0.01);
    await page.getByRole('button', { name: 'Erase' }).click();
    await drag(page, [0.5, 0.2], [0.5, 0.8]);
    assert.ok((await marked()) < 0.99 - stroke);
    await page.getByRole('button', { name: 'Clear' }).click();
    assert.equal(await marked(), 0);
    assert.equal(await marks.getAttribute('data-any'), 'false');
  });
});

test('a transparent photo gives a picture that is as transparent', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await studio.open(host.url, 'cpu', { network: 'tiny' });
    const base64 = await page.evaluate(async () => {
      const canvas = new OffscreenCanvas(96, 64);
      const context = canvas.getContext('2d');
      context.drawImage(await createImageBitmap(await (await fetch('samples/photos/cat.jpg')).blob()), 0, 0, 96, 64);
      context.clearRect(0, 0, 48, 64);
      const bytes = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
      return btoa(String.fromCharCode(...bytes));
    });
    await page.getByLabel('Your own photo').setInputFiles({ name: 'half.png', mimeType: 'image/png', buffer: Buffer.from(base64, 'base64') });
    await page.locator('.chosen', { hasText: 'half.png' }).waitFor();
    await studio.choose({ size: 96, steps: 10 });
    await studio.paint();
    await studio.reach('done');
    const png = await studio.save('Save PNG', 'transparent.png');
    const { width, rgba } = await studio.decode(png.bytes, 'image/png');
    for (let at = 0; at < rgba.length / 4; at += 1) assert.equal(rgba[4 * at + 3], at % width < 48 ? 0 : 255, `pixel ${at}`);
  });
});

test('the experiments of the paper follow one loss only, by the page and by a link', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await studio.open(host.url, 'cpu', { network: 'tiny', mode: 'texture=conv3_1' });
    await studio.unfold();
    assert.equal(await page.getByLabel('Experiment').inputValue(), 'texture');
    assert.equal(await page.getByLabel('Its layer').inputValue(), 'conv3_1');
    await studio.choose({ size: 64, steps: 10 });
    await studio.paint();
    await studio.reach('done');
    const texture = await studio.losses();
    assert.ok(texture.every(({ content }) => content === 0));
    assert.ok(texture.at(-1).style < texture[0].style);

    await studio.pick({ Experiment: 'content only', 'Its layer': 'conv2_1' });
    await studio.paint();
    await page.locator('#studio[data-job="2"]').waitFor();
    await studio.reach('done');
    const content = await studio.losses();
    assert.ok(content.every(({ style }) => style === 0));
    assert.ok(content.at(-1).content < 0.7 * content[0].content);
    await studio.screenshot('experiment');
  });
});

test('the result gets the photo’s colours afterwards, and loses them again', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await studio.open(host.url, 'cpu', { network: 'tiny' });
    await studio.choose({ size: 64, steps: 10 });
    await studio.paint();
    await studio.reach('done');
    const painted = await studio.pixels();
    const tint = page.getByLabel('Colours of the result');
    await tint.fill('100');
    await page.waitForFunction((before) => {
      const canvas = document.querySelector('#canvas');
      return canvas.getContext('2d').getImageData(0, 0, 1, 1).data.slice(0, 3).join() !== before;
    }, colors(painted.rgba, 0).join());
    const tinted = await studio.pixels();
    const png = await studio.save('Save PNG', 'tinted.png');
    assert.ok((await studio.decode(png.bytes, 'image/png')).rgba.equals(tinted.rgba), 'it is saved as it is seen');
    assert.equal(recipeOf(png.bytes), null, 'no recipe paints these colours');
    await tint.fill('0');
    assert.ok((await studio.pixels()).rgba.equals(painted.rgba));
  });
});
