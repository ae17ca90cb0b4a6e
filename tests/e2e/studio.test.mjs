// Tests other uses: stop, paint again, continue, open a damaged file, use the keyboard only.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, visit } from './support/chromium.mjs';
import { QUICK } from './support/faulty.mjs';
import { shards } from './support/pack.mjs';
import { before as inWorkers } from './support/worker.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

/** Steps that are queued at most when a worker hears that it is to stop: two batches (apps/worker/src/engine, `Batch`). */
const QUEUED = 2 * 8;

/** Remembers the step at which a worker hears that it is to stop: the page hears of steps later, on a busy machine much later. */
const listening = `
  let made = 0;
  let told = null;
  const { postMessage } = self;
  self.postMessage = function (data, ...more) {
    made = JSON.parse(data?.message ?? '{}').progress?.made ?? made;
    return postMessage.call(self, data, ...more);
  };
  addEventListener('message', ({ data }) => { if (data?.message?.includes('stop')) told ??= made; });
  const channel = new BroadcastChannel('stopped');
  channel.onmessage = ({ data }) => { if (data === 'when') channel.postMessage(told); };`;

for (const engine of ['gpu', 'cpu']) {
  test(`stop on the ${engine} ends the run after what is queued and keeps the picture, which can be gone on from`, async () => {
    await visit(browser, async ({ studio, page, host }) => {
      inWorkers(host, listening);
      // Every step at the full size: several of the small ones at the start of a run are queued at once where a machine is quick.
      await studio.open(host.url, engine, { schedule: 'single', ...(engine === 'gpu' && QUICK) });
      // A step takes longer than sending a message, on both engines.
      await studio.choose({ size: engine === 'cpu' ? 192 : 64, steps: 300 });
      await studio.paint();
      await studio.reachStep(2);
      await page.getByRole('button', { name: 'Stop' }).click();
      await studio.reach('stopped');
      const stopped = await studio.step();
      const told = await page.evaluate(() => new Promise((resolve) => {
        const channel = new BroadcastChannel('stopped');
        channel.onmessage = ({ data }) => resolve(data);
        channel.postMessage('when');
      }));
      assert.ok(told >= 2 && stopped <= told + QUEUED, `the worker was told to stop at step ${told}, the run ended at ${stopped}`);
      const kept = await studio.pixels();
      await studio.screenshot(`stopped-${engine}`);
      const png = await studio.save('Save PNG', `stopped-${engine}.png`);
      assert.ok((await studio.decode(png.bytes, 'image/png')).rgba.equals(kept.rgba), 'the picture can be saved');

      await studio.choose({ steps: 10 });
      await page.getByLabel('Go on from this picture').check({ force: true });
      await studio.paint();
      await studio.reach('done');
      assert.equal(await studio.job(), 2);
      assert.equal(await studio.step(), stopped + 10, 'the steps count on');
      assert.ok(!(await studio.pixels()).rgba.equals(kept.rgba), 'the picture changed');
    });
  });
}

test('a second run starts afresh, with what is chosen then, and without fetching the weights again', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await studio.open(host.url, 'cpu');
    await studio.choose({ size: 64, steps: 10 });
    await studio.paint();
    await studio.reach('done');
    const first = { losses: await studio.losses(), pixels: await studio.pixels() };

    await page.getByLabel('Start afresh').check({ force: true });
    await studio.paint();
    await page.locator('#studio[data-job="2"]').waitFor();
    await studio.reach('done');
    assert.deepEqual((await studio.losses()).at(0), first.losses.at(0), 'it starts where the first run started');
    assert.equal(await studio.step(), 10);

    await studio.choose({ painting: 'hokusai-great-wave', size: 96 });
    await page.getByLabel('Start afresh').check({ force: true });
    await studio.paint();
    await page.locator('#studio[data-job="3"]').waitFor();
    await studio.reach('done');
    const third = await studio.pixels();
    assert.equal(Math.max(third.width, third.height), 96);
    assert.deepEqual(host.shardRequests, shards('tiny'));
  });
});

test('a file that is no picture is named as such, and the earlier choice stays', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await studio.open(host.url, 'cpu');
    await page.getByLabel('Your own photo').setInputFiles({
      name: 'broken.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('This is a letter, not a picture.'),
    });
    await studio.alert.waitFor();
    assert.equal(await studio.alert.getAttribute('data-kind'), 'decode');
    assert.equal(await studio.region('Photo').getAttribute('data-chosen'), 'summer-palace');
    await studio.screenshot('broken-file');
    await page.getByRole('button', { name: 'Dismiss' }).click();
    assert.equal(await studio.alert.count(), 0);
  }, { expectErrors: true });
});

test('a file that the browser cannot decode is named by its bytes, whatever it is called', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await studio.open(host.url, 'cpu');
    const header = (...brands) => Buffer.concat([Buffer.from([0, 0, 0, 12 + 4 * brands.length]), Buffer.from(`ftyp${brands[0]}`), Buffer.alloc(4),
      ...brands.slice(1).map((brand) => Buffer.from(brand)), Buffer.alloc(64)]);
    for (const [buffer, words] of [
      [header('heic', 'mif1', 'heic'), 'IMG_4848.jpg is a HEIC photo, by its bytes'],
      [Buffer.from('%PDF-1.7\n'), 'IMG_4848.jpg is a PDF document, by its bytes'],
      [Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0]), 'IMG_4848.jpg is a JPEG, but damaged'],
    ]) {
      await page.getByLabel('Your own photo').setInputFiles({ name: 'IMG_4848.jpg', mimeType: 'image/jpeg', buffer });
      await studio.alert.getByText(words).waitFor();
    }
  });
});

test('one can paint a picture of one\'s own', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await studio.open(host.url, 'cpu');
    // Portrait, twice as high as wide: the result must have the same aspect ratio.
    const picture = Buffer.from(await page.evaluate(stripes));
    await page.getByLabel('Your own photo').setInputFiles({ name: 'stripes.png', mimeType: 'image/png', buffer: picture });
    await page.locator('section[data-chosen=own]').waitFor();
    await studio.choose({ size: 96, steps: 10 });
    await studio.paint();
    await studio.reach('done');
    const { width, height } = await studio.pixels();
    assert.deepEqual([width, height], [48, 96]);
    await studio.screenshot('own-photo');
  });
});

test('a picture can be dropped on a well, and pasted into the one that was used last', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await studio.open(host.url, 'cpu');
    const bytes = await page.evaluate(stripes);
    const data = await page.evaluateHandle((bytes) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([new Uint8Array(bytes)], 'stripes.png', { type: 'image/png' }));
      return transfer;
    }, bytes);
    await studio.region('Painting').dispatchEvent('drop', { dataTransfer: data });
    await page.locator('section[data-chosen=own]').waitFor();
    assert.equal(await studio.region('Painting').getAttribute('data-chosen'), 'own');
    assert.equal(await studio.region('Photo').getAttribute('data-chosen'), 'summer-palace');

    await page.getByRole('heading', { name: 'Photo' }).click();
    await page.evaluate((clipboardData) => window.dispatchEvent(new ClipboardEvent('paste', { clipboardData })), data);
    await studio.region('Photo').and(page.locator('[data-chosen=own]')).waitFor();
  });
});

test('the page goes on answering while it paints', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await studio.open(host.url, 'cpu', { schedule: 'single' });
    await studio.choose({ size: 512, steps: 300 });
    await studio.paint();
    await studio.reachStep(1);
    // If the engine blocked the page, the page would get a turn or two between two steps, however long a step takes.
    const turns = await page.evaluate(() => new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      let [step, turns] = [null, 0];
      port1.onmessage = () => {
        const { dataset } = document.querySelector('#progress');
        turns = dataset.step === step ? turns + 1 : 0;
        step = dataset.step;
        if (turns === 100 || document.querySelector('#studio').dataset.state !== 'painting') resolve(turns);
        else port2.postMessage(null);
      };
      port2.postMessage(null);
    }));
    assert.equal(turns, 100, 'turns of the page during one step');
    await studio.choose({ strength: 0.5 });
    assert.equal(await page.getByLabel('Strength', { exact: true }).inputValue(), '0.5');
    assert.equal(await studio.state(), 'painting');
    await studio.stopButton.click();
    await studio.reach('stopped');
  });
});

test('everything can be done with the keyboard', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await studio.open(host.url, 'cpu');
    const tabTo = async (locator) => {
      const goal = await locator.elementHandle();
      for (let press = 0; press < 80; press += 1) {
        if (await goal.evaluate((element) => element === document.activeElement)) return;
        await page.keyboard.press('Tab');
      }
      assert.fail(`Tab does not lead to ${locator}`);
    };
    await tabTo(page.locator('input[name=photo]:checked'));
    await page.keyboard.press('ArrowRight');
    assert.notEqual(await studio.region('Photo').getAttribute('data-chosen'), 'summer-palace');
    await tabTo(page.getByLabel('Size', { exact: true }));
    await page.keyboard.press('Home');
    await tabTo(page.getByLabel('Steps', { exact: true }));
    await page.keyboard.press('End');
    await tabTo(page.locator('input[name=network]:checked'));
    await page.keyboard.press('ArrowUp');
    await studio.reachNetwork('fast');
    await tabTo(studio.paintButton);
    await page.keyboard.press('Enter');
    await studio.reachStep(1);
    await tabTo(studio.stopButton);
    await page.keyboard.press('Enter');
    await studio.reach('stopped');
    assert.deepEqual(host.shardRequests.filter((path) => !shards('tiny').includes(path)), shards('fast'));
    await tabTo(page.getByRole('button', { name: 'Save PNG' }));
    const download = page.waitForEvent('download');
    await page.keyboard.press('Enter');
    assert.match((await download).suggestedFilename(), /\.png$/);
  });
});

/** On the page: the bytes of a PNG with coloured stripes, 100 × 200. */
async function stripes() {
  const canvas = new OffscreenCanvas(100, 200);
  const context = canvas.getContext('2d');
  for (let y = 0; y < 200; y += 10) {
    context.fillStyle = `hsl(${y * 3} 70% ${30 + (y % 50)}%)`;
    context.fillRect(0, y, 100, 10);
  }
  return Array.from(new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer()));
}

test('what lies under More and Expert reaches the engine', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    // Kept colours are compared pixel by pixel.
    await studio.open(host.url, 'cpu', { 'smooth-colors': '0', look: 'texture' });
    await studio.unfold();
    let job = 0;
    const painted = async (choices = {}, steps = 10) => {
      await studio.choose({ size: 64, steps });
      await studio.pick(choices);
      if (job > 0) await page.getByLabel('Start afresh').check({ force: true });
      await studio.paint();
      job += 1;
      await page.locator(`#studio[data-job="${job}"]`).waitFor();
      await studio.reach('done');
      const reported = await studio.losses();
      return { losses: reported.map(({ total }) => total), reported, rgba: (await studio.pixels()).rgba };
    };
    const plain = await painted();

    // The difference of blue and red, which does not depend on the luminance unless values are clipped.
    const apart = (one, other) => {
      const chroma = (rgba, at) => rgba[at + 2] - rgba[at];
      const clipped = (rgba, at) => [0, 1, 2].some((c) => rgba[at + c] % 255 === 0);
      const places = [...Array(one.length / 4).keys()].map((pixel) => 4 * pixel).filter((at) => !clipped(one, at) && !clipped(other, at));
      assert.ok(places.length > 500, `${places.length} places`);
      return places.reduce((sum, at) => sum + Math.abs(chroma(one, at) - chroma(other, at)), 0) / places.length;
    };
    const kept = await painted({ Colours: 'the photo’s' });
    await studio.screenshot('kept-colours');
    // If steps are short, not every one is reported, but the first and the last are.
    const both = kept.reported.filter(({ step }) => plain.reported.some((other) => other.step === step));
    assert.ok([0, 10].every((step) => both.some((loss) => loss.step === step)), JSON.stringify(both));
    for (const loss of both) {
      assert.deepEqual(loss, plain.reported.find(({ step }) => step === loss.step), 'what is painted is the same');
    }
    const longer = await painted({}, 20);
    assert.ok(apart(kept.rgba, longer.rgba) < 1.5, 'the colours are those of the photo, however long it is painted');
    assert.ok(apart(kept.rgba, plain.rgba) > 3, 'and else they are not');

    const first = async (choices) => (await painted(choices)).losses[0];
    const unlike = (loss, what, least = 0.01) => assert.ok(Math.abs(loss / plain.losses[0] - 1) > least, `${what}: ${loss}`);
    unlike(await first({ Colours: 'the photo’s palette' }), 'another palette');
    unlike(await first({ Colours: 'the painting’s', Strokes: 'fine' }), 'a smaller painting', 1e-4);
    unlike(await first({ Strokes: 'as in the painting', Layers: 'fine strokes' }), 'fewer layers');
    unlike(await first({ Layers: 'everything', Start: 'noise' }), 'noise');
    unlike(await first({ Start: 'the photo', Pooling: 'the mean of four' }), 'other pooling');
    unlike(await first({ Pooling: 'the largest of four', 'Style loss': 'means and covariances' }), 'another style loss');
    const { losses } = await painted({ 'Style loss': 'Gram matrices', Optimiser: 'L-BFGS' });
    assert.ok(Math.abs(losses[0] / plain.losses[0] - 1) < 1e-5, 'everything else is as it was');
    assert.ok(losses.every((loss, step) => step === 0 || loss <= losses[step - 1] * 1.00001), `it never rises: ${losses}`);
  });
});

test('a strength that is moved between Paint and the first step takes effect', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await studio.open(host.url, 'cpu');
    await page.locator('#studio[data-engine=cpu]').waitFor();
    const first = async (job, choose) => {
      await choose();
      await page.locator(`#studio[data-job="${job}"]`).waitFor();
      await studio.reach('done');
      return (await studio.losses())[0];
    };
    await studio.choose({ size: 64, steps: 10 });
    const due = await first(1, async () => {
      await studio.choose({ strength: 1 });
      await studio.paint();
    });
    // In one task of the page: while it reads the files.
    const reading = await first(2, async () => {
      await studio.choose({ strength: 0 });
      await page.evaluate(() => {
        [...document.querySelectorAll('button')].find((button) => button.textContent.trim() === 'Paint again').click();
        const strength = document.querySelector('#strength');
        strength.value = '1';
        strength.dispatchEvent(new Event('input', { bubbles: true }));
      });
    });
    assert.deepEqual(reading, due);

    // While the engine is awaited, on another visit to the page.
    host.hold('worker-');
    await studio.open(host.url, 'cpu', { size: 64, steps: 10 });
    const waiting = await first(1, async () => {
      await studio.paint();
      await studio.reach('loading');
      await studio.choose({ strength: 1 });
      host.release('worker-');
    });
    assert.deepEqual(waiting, due);
  });
});
