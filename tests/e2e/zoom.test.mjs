// Tests what can be done with the picture on the wall: enlarge and move it, fill the screen, save it in other formats.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, visit } from './support/chromium.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const near = (one, other, what) => assert.ok(Math.abs(one - other) < 1, `${what}: ${one}, not ${other}`);

test('the picture can be enlarged up to its pixels and moved, by keys, wheel, pointer and buttons', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await studio.open(host.url, 'cpu');
    await studio.paintSmall();
    const view = page.getByRole('group', { name: /^Picture: plus and minus/ });
    const picture = page.locator('.picture');
    const boxes = async () => ({ seen: await view.boundingBox(), whole: await picture.boundingBox() });
    const scale = async () => {
      const { seen, whole } = await boxes();
      return whole.width / seen.width;
    };
    const rendering = () => studio.canvas.evaluate((canvas) => getComputedStyle(canvas).imageRendering);
    assert.equal(await scale(), 1);
    assert.equal(await rendering(), 'auto');

    await view.focus();
    for (let press = 0; press < 12; press += 1) await page.keyboard.press('+');
    assert.ok((await boxes()).whole.width / 64 >= 16, 'single pixels can be told apart');
    assert.equal(await rendering(), 'pixelated');
    await studio.screenshot('zoom-pixels', { fullPage: false });
    const before = (await boxes()).whole;
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    const moved = await boxes();
    near(before.x - moved.whole.x, 0.1 * moved.seen.width, 'to the right');
    near(before.y - moved.whole.y, 0.1 * moved.seen.height, 'down');
    await page.keyboard.press('0');
    assert.equal(await scale(), 1);

    // What is under the pointer stays there.
    const { seen } = await boxes();
    const at = { x: seen.x + seen.width / 4, y: seen.y + seen.height / 2 };
    await page.mouse.move(at.x, at.y);
    await page.keyboard.down('Control');
    for (let turn = 0; turn < 4; turn += 1) await page.mouse.wheel(0, -100);
    await page.keyboard.up('Control');
    await page.locator('.view.zoomed').waitFor();
    const { whole } = await boxes();
    near((at.x - whole.x) / whole.width * seen.width, seen.width / 4, 'the place under the pointer');
    await page.mouse.down();
    await page.mouse.move(at.x + 30, at.y - 20, { steps: 3 });
    await page.mouse.up();
    const dragged = await boxes();
    near(dragged.whole.x - whole.x, 30, 'dragged across');
    near(dragged.whole.y - whole.y, -20, 'dragged down');

    // The divider stays under its handle.
    await page.getByRole('button', { name: 'Compare' }).click();
    const edge = await page.locator('#photo-preview').evaluate((image) => {
      const { left, width } = image.getBoundingClientRect();
      const hidden = Number(/^inset\(0px ([-\d.]+)% /.exec(getComputedStyle(image).clipPath)[1]);
      return left + width * (1 - hidden / 100);
    });
    near(edge, dragged.seen.x + 0.35 * dragged.seen.width, 'the edge of the photo');
    await page.getByRole('button', { name: 'Compare' }).click();

    await page.mouse.dblclick(at.x, at.y);
    assert.equal(await scale(), 1);
    await page.getByRole('button', { name: 'Zoom in' }).press('Enter');
    assert.ok(await scale() > 1);

    // The brush needs the whole picture.
    await studio.unfold();
    await page.getByRole('button', { name: 'Mark parts of the photo' }).click();
    assert.equal(await scale(), 1);
    const enlarge = page.getByRole('button', { name: 'Zoom in' });
    assert.equal(await enlarge.getAttribute('aria-disabled'), 'true');
    await enlarge.click({ force: true });
    assert.equal(await scale(), 1);
    await page.getByRole('button', { name: 'Done' }).click();

    const fill = page.getByRole('button', { name: 'Full screen' });
    await fill.click();
    await page.locator('.wall:fullscreen').waitFor();
    await fill.and(page.locator('[aria-pressed=true]')).waitFor();
    assert.ok(await studio.canvas.isVisible());
    await studio.screenshot('full-screen', { fullPage: false });
    await fill.click();
    await page.locator('.wall:not(:fullscreen)').waitFor();
  });
});

test('a result is saved as JPEG and WebP at its full size, and a format that the browser lacks is refused in a sentence', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await studio.open(host.url, 'cpu');
    await studio.paintSmall();
    const { width, height } = await studio.pixels();
    const starts = { 'Save JPEG': [0, Buffer.from([0xff, 0xd8, 0xff])], 'Save WebP': [8, Buffer.from('WEBP')] };
    for (const [button, [at, start]] of Object.entries(starts)) {
      const { name, bytes } = await studio.save(button, `other-${button.slice(5)}`);
      assert.ok(bytes.subarray(at, at + start.length).equals(start), `${button}: ${bytes.subarray(0, 16).toString('hex')}`);
      const type = button === 'Save JPEG' ? 'image/jpeg' : 'image/webp';
      assert.match(name, button === 'Save JPEG' ? /^impasto-summer-palace-.*\.jpg$/ : /^impasto-summer-palace-.*\.webp$/);
      const decoded = await studio.decode(bytes, type);
      assert.deepEqual([decoded.width, decoded.height], [width, height]);
    }

    // By keyboard: Escape closes the box, and the focus is back.
    const opener = page.getByRole('button', { name: 'Other formats' });
    await opener.press('Enter');
    await page.getByRole('button', { name: 'Save WebP' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Save WebP' }).waitFor({ state: 'hidden' });
    assert.ok(await opener.evaluate((button) => button === document.activeElement));

    // As browsers do that cannot write it.
    await page.evaluate(() => {
      const { toBlob } = HTMLCanvasElement.prototype;
      HTMLCanvasElement.prototype.toBlob = function asPng(taken) { toBlob.call(this, taken, 'image/png'); };
    });
    await opener.click();
    await page.getByRole('button', { name: 'Save WebP' }).click();
    await studio.alert.filter({ hasText: 'The file could not be made: this browser does not write WebP; save a PNG.' }).waitFor();
    await page.getByRole('button', { name: 'Dismiss' }).click();
    assert.ok(await studio.paintButton.evaluate((button) => button === document.activeElement), 'the focus is not lost');
  });
});
