// Tests what hangs on the wall: that it is always in sight, that it is what was chosen, and that no result is lost.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { launch, visit } from './support/chromium.mjs';
import { root } from './support/places.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

/** Whether all of it lies within the window. */
const inSight = (locator) => locator.evaluate((element) => {
  const { top, bottom, left, right, width, height } = element.getBoundingClientRect();
  return width > 0 && height > 0 && top >= 0 && left >= 0 && bottom <= innerHeight + 0.5 && right <= innerWidth + 0.5;
});

for (const [width, height] of [[1280, 640], [1440, 900], [820, 1180], [390, 844], [844, 390]]) {
  test(`picture, buttons and progress are in sight at ${width} × ${height}, whatever one scrolls to`, async () => {
    await visit(browser, async ({ studio, page, host }) => {
      await studio.open(host.url, 'cpu', { schedule: 'single' });
      await studio.screenshot(`wall-${width}-idle`);
      assert.ok(await inSight(page.locator('#example')) && await inSight(studio.paintButton), 'before');
      await studio.choose({ size: 192, steps: 300 });
      await studio.paint();
      await studio.reachStep(2);
      const check = async (when) => {
        for (const [name, what] of Object.entries({ canvas: studio.canvas, stop: studio.stopButton, progress: studio.progress })) {
          assert.ok(await inSight(what), `${name} ${when}`);
        }
      };
      await page.evaluate(() => scrollTo(0, 0));
      await check('while it paints');
      await page.getByLabel('Steps', { exact: true }).scrollIntoViewIfNeeded();
      await page.locator('#device').evaluate((last) => last.scrollIntoView({ block: 'end' }));
      await check('at the end of the settings');
      await page.evaluate(() => scrollTo(0, 0));
      await studio.stopButton.click();
      await studio.reach('stopped');
      assert.ok(await inSight(page.getByRole('button', { name: 'Save PNG' })), 'Save');
      assert.ok(await inSight(studio.canvas), 'the result');
      await studio.screenshot(`wall-${width}-stopped`);
    }, { viewport: { width, height } });
  });
}

test('the page opens with an example, which a divider compares with its photo', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await studio.open(host.url, 'cpu');
    assert.deepEqual(await studio.wall(), { what: 'example', title: 'Summer Palace, Beijing' });
    const split = page.getByLabel('Before and after');
    const photo = page.locator('#photo-preview');
    const clipped = () => photo.evaluate((image) => getComputedStyle(image).clipPath);
    assert.equal(await clipped(), 'inset(0px 65% 0px 0px)');
    await split.focus();
    await page.keyboard.press('End');
    assert.equal(await clipped(), 'inset(0px 0% 0px 0px)');
    await page.keyboard.press('Home');
    assert.equal(await clipped(), 'inset(0px 100% 0px 0px)');
    // By pointer, to where it is pressed.
    const box = await page.locator('#example').boundingBox();
    await page.mouse.click(box.x + box.width / 4, box.y + box.height / 2);
    assert.ok(Math.abs(Number(await split.inputValue()) - 25) <= 1, await split.inputValue());
    await page.getByRole('button', { name: /^Eileen Collins, astronaut in the manner of Composition VIII/ }).click();
    assert.deepEqual(await studio.wall(), { what: 'example', title: 'Eileen Collins, astronaut' });
    assert.equal(await studio.region('Painting').getAttribute('data-chosen'), 'kandinsky-composition-viii');
    await studio.screenshot('example');
    // A combination that was not painted beforehand.
    await studio.choose({ painting: 'hokusai-poppies' });
    assert.equal((await studio.wall()).what, 'photo');
    assert.ok(!await split.isVisible(), 'there is nothing to compare');
  });
});

test('what is chosen is what is shown, and the result comes back with its photo', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await studio.open(host.url, 'cpu');
    await studio.choose({ photo: 'cat', painting: 'hokusai-poppies', size: 64, steps: 10 });
    assert.deepEqual(await studio.wall(), { what: 'photo', title: 'Chelsea the cat' });
    await studio.paint();
    await studio.reach('done');
    assert.deepEqual(await studio.wall(), { what: 'result', title: 'Chelsea the cat' });
    assert.ok(!await page.getByLabel('Before and after').isVisible(), 'the photo does not cover what was painted');
    await page.getByRole('button', { name: 'Compare' }).click();
    assert.ok(await page.locator('#photo-preview').isVisible());
    await studio.screenshot('compared');

    await studio.choose({ photo: 'coffee' });
    assert.deepEqual(await studio.wall(), { what: 'photo', title: 'A cup of coffee' });
    assert.ok(!await page.getByRole('button', { name: 'Save PNG' }).isVisible(), 'another picture would be saved than the one in sight');
    // The brush marks the photo that one sees.
    await studio.unfold();
    await page.getByRole('button', { name: 'Mark parts of the photo' }).click();
    const box = await page.locator('.picture').boundingBox();
    assert.ok(Math.abs(box.width / box.height - 600 / 400) < 0.01, `${box.width} × ${box.height}`);
    await page.getByRole('button', { name: 'Done' }).click();

    await studio.choose({ photo: 'cat' });
    assert.deepEqual(await studio.wall(), { what: 'result', title: 'Chelsea the cat' });

    // To go on from "this picture" is to see it, whatever the photo.
    await studio.choose({ photo: 'coffee' });
    await page.getByLabel('Go on from this picture').check({ force: true });
    assert.equal((await studio.wall()).what, 'result');
    await studio.paint();
    await page.locator('#studio[data-job="2"]').waitFor();
    await studio.reach('done');
    assert.deepEqual(await studio.wall(), { what: 'result', title: 'A cup of coffee' });
  });
});

test('every result of a visit can be brought back with its settings, and forgotten', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await studio.open(host.url, 'cpu');
    const paint = async (job, choices) => {
      await studio.choose({ size: 64, steps: 10, ...choices });
      await studio.paint();
      await page.locator(`#studio[data-job="${job}"]`).waitFor();
      await studio.reach('done');
      return (await studio.pixels()).rgba;
    };
    const first = await paint(1, { photo: 'cat', painting: 'hokusai-great-wave', strength: 0.5 });
    const results = studio.region('Results');
    assert.ok(!await results.isVisible(), 'a single result is on the wall');
    const second = await paint(2, { photo: 'coffee', painting: 'hokusai-poppies', strength: 0, steps: 20 });
    assert.ok(!first.equals(second));
    const names = await results.getByRole('button').evaluateAll((buttons) => buttons.map((button) => button.getAttribute('aria-label')));
    assert.match(names[0], /^Result 2: A cup of coffee in the manner of Poppies/);
    assert.match(names[1], /^Result 1: Chelsea the cat in the manner of The Great Wave/);
    await studio.screenshot('results');

    await results.getByRole('button', { name: /^Result 1:/ }).click();
    assert.ok((await studio.pixels()).rgba.equals(first), 'the picture is back');
    assert.deepEqual(await studio.wall(), { what: 'result', title: 'Chelsea the cat' });
    assert.equal(await studio.region('Photo').getAttribute('data-chosen'), 'cat');
    assert.equal(await studio.region('Painting').getAttribute('data-chosen'), 'hokusai-great-wave');
    const { strength, steps, size } = await studio.settings();
    assert.deepEqual({ strength, steps, size }, { strength: '0.5', steps: '10', size: '64' });
    const saved = await studio.save('Save PNG', 'brought-back.png');
    assert.ok((await studio.decode(saved.bytes, 'image/png')).rgba.equals(first));

    // Painted again from there it is the same picture.
    await page.getByLabel('Start afresh').check({ force: true });
    assert.ok((await paint(3, { strength: 0.5 })).equals(first));
    await results.getByRole('button', { name: 'Forget them' }).click();
    assert.ok(!await results.isVisible());
    assert.equal((await studio.wall()).what, 'result', 'the one on the wall stays');
  });
});

test('the course of a painting can be looked at, and what one sees is saved', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await studio.open(host.url, 'cpu', { schedule: 'single' });
    await studio.choose({ size: 64, steps: 20 });
    await studio.paint();
    await studio.reach('done');
    const last = await studio.pixels();
    const course = page.getByLabel('Course of the painting');
    await course.focus();
    await page.keyboard.press('Home');
    const first = await studio.pixels();
    assert.deepEqual([first.step, last.step], [0, 20]);
    assert.ok(!first.rgba.equals(last.rgba));
    const saved = await studio.save('Save PNG', 'on-the-way.png');
    assert.ok((await studio.decode(saved.bytes, 'image/png')).rgba.equals(first.rgba), 'what one sees is saved');
    await page.keyboard.press('Tab');
    await course.focus();
    await page.keyboard.press('End');
    assert.ok((await studio.pixels()).rgba.equals(last.rgba));
  });
});

test('of two choices the last one counts, however long the first one takes', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await studio.open(host.url, 'cpu');
    // A large picture takes long to be read.
    const sizes = [[3000, 3000], [40, 30]];
    const files = await page.evaluate((sizes) => Promise.all(sizes.map(async ([width, height]) => {
      const canvas = new OffscreenCanvas(width, height);
      const context = canvas.getContext('2d');
      context.fillStyle = 'teal';
      context.fillRect(0, 0, width, height / 2);
      return Array.from(new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer()));
    })), sizes);
    const give = (which) => page.evaluate(({ which, bytes }) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([new Uint8Array(bytes)], `${which}.png`, { type: 'image/png' }));
      const well = document.querySelector('section[aria-labelledby=photo-heading]');
      well.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
    }, { which, bytes: files[which] });
    await give(0);
    await give(1);
    await page.locator('section[data-chosen=own]').waitFor();
    // The large one is read by now, too: decoding goes on in the order of the requests, and this asks for a third.
    await page.evaluate(async (bytes) => (await createImageBitmap(new Blob([new Uint8Array(bytes)]))).close(), files[0]);
    assert.equal((await studio.wall()).title, '1.png');

    // A sample that is chosen while a file is being read, likewise.
    await give(0);
    await studio.choose({ photo: 'cat' });
    await page.evaluate(async (bytes) => (await createImageBitmap(new Blob([new Uint8Array(bytes)]))).close(), files[0]);
    assert.equal(await studio.region('Photo').getAttribute('data-chosen'), 'cat');
  });
});

test('a picture of another tab, or its address, is taken where its site allows that, and refused in a sentence where not', async () => {
  const picture = await readFile(join(root, 'www/samples/photos/coffee.jpg'));
  const server = createServer((request, response) => {
    const open = request.url.startsWith('/open/');
    response.writeHead(200, { 'content-type': 'image/jpeg', ...(open && { 'access-control-allow-origin': '*' }) });
    response.end(picture);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const other = `http://127.0.0.1:${server.address().port}`;
  try {
    await visit(browser, async ({ studio, page, host }) => {
      host.permits = { pictures: ['*'] };
      await studio.open(host.url, 'cpu');
      const drop = (list) => page.evaluate((list) => {
        const transfer = new DataTransfer();
        transfer.setData('text/uri-list', list);
        const well = document.querySelector('section[aria-labelledby=painting-heading]');
        well.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
      }, list);
      await drop(`# from another tab\r\n${other}/open/mein%20Bild.jpg\r\n`);
      await studio.region('Painting').and(page.locator('[data-chosen=own]')).waitFor();
      assert.equal(await studio.region('Painting').locator('.chosen').textContent(), 'mein Bild.jpg');

      await drop(`${other}/closed/picture.jpg`);
      await studio.alert.filter({ hasText: `${other}/closed/picture.jpg cannot be read` }).filter({ hasText: 'CORS' }).waitFor();
      assert.equal(await studio.region('Painting').locator('.chosen').textContent(), 'mein Bild.jpg', 'the choice stays');

      const paste = (selector, text) => page.evaluate(({ selector, text }) => {
        const clipboardData = new DataTransfer();
        clipboardData.setData('text/plain', text);
        document.querySelector(selector).dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
      }, { selector, text });
      await page.getByRole('heading', { name: 'Photo', exact: true }).click();
      await studio.unfold();
      await paste('#seed', `${other}/open/second.jpg`);
      await paste('body', 'Some words, no address.');
      assert.equal(await studio.region('Photo').getAttribute('data-chosen'), 'summer-palace', 'what is pasted into a field belongs there');
      await paste('body', `${other}/open/third.jpg`);
      await studio.region('Photo').and(page.locator('[data-chosen=own]')).waitFor();
      assert.equal(await studio.region('Photo').locator('.chosen').textContent(), 'third.jpg');
    }, { alsoFrom: [other], expectErrors: true });
  } finally {
    await new Promise((resolve) => { server.closeAllConnections(); server.close(resolve); });
  }
});
