// Tests the main use: a photo is painted in the style of a painting, on both engines, and the result is saved.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, visit } from './support/chromium.mjs';
import { bundled, full, nativeTrace, skipFull, skipLong } from './support/pack.mjs';

const STEPS = 15;

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

for (const { engine, device, network, size, weights, skip, look = 'texture', photo = 'summer-palace' } of [
  { engine: 'gpu', device: /WebGPU/, network: 'fast', size: 64, weights: bundled, skip: false, look: 'brushwork' },
  { engine: 'cpu', device: /processor/, network: 'tiny', size: 128, weights: bundled, skip: false, look: 'brushwork' },
  { engine: 'gpu', device: /WebGPU/, network: 'vgg19', size: 64, weights: full, skip: skipFull || skipLong },
  { engine: 'cpu', device: /processor/, network: 'vgg19', size: 96, weights: full, skip: skipFull || skipLong, photo: 'cat' },
]) {
  test(`paints the samples with ${network} on the ${engine} as the native program does, and saves them`, { skip }, async () => {
    await visit(browser, async ({ studio, page, host }) => {
      await studio.open(host.url, engine, { look });
      const painting = 'van-gogh-village-street-in-auvers';
      const pictures = [await studio.sampleAsPng(`photos/${photo}`), await studio.sampleAsPng(`styles/${painting}`)];
      const native = nativeTrace({ pictures, network, look, device: engine, size, steps: STEPS });
      await studio.choose({
        photo, painting, size, steps: STEPS,
        // The defaults of each engine are the bundled networks.
        network: weights === bundled ? undefined : network,
      });
      await studio.reachNetwork(network);
      await studio.paint();

      const seen = new Map();
      for (const step of [1, 4, 7, 11]) {
        await studio.reachStep(step);
        const frame = await studio.pixels();
        seen.set(frame.step, frame.rgba.toString('latin1'));
        if (step === 4) await studio.screenshot(`painting-${network}-${engine}`);
      }
      await studio.reach('done');
      const picture = await studio.pixels();
      assert.equal(picture.step, STEPS, 'the last frame is shown');
      seen.set(STEPS, picture.rgba.toString('latin1'));
      await studio.screenshot(`done-${network}-${engine}`);
      assert.ok(seen.size >= 3, `only ${seen.size} steps were seen on the canvas`);
      assert.equal(new Set(seen.values()).size, seen.size, 'each step shows another picture');
      assert.match(await page.locator('#device').textContent(), device);
      assert.equal(Math.max(picture.width, picture.height), size);

      const losses = await studio.losses();
      assert.equal(losses.at(-1).step, STEPS);
      // Steps are queued in batches of up to eight, the first alone; each batch returns the losses of its last step.
      assert.ok(losses.length >= 1 + Math.ceil((STEPS - 1) / 8), `the losses of ${losses.length} steps are shown`);
      assert.ok(
        losses.at(-1).total < losses[0].total / 2,
        `the total loss fell from ${losses[0].total} to only ${losses.at(-1).total}`,
      );
      // A GPU stores features as half-precision floats, which are less precise. On the CPU the loss before the first
      // step is that of one evaluation.
      const [first, early] = engine === 'gpu' ? [2e-3, 2e-3] : [1e-5, 1e-4];
      for (const { step, ...ours } of losses) {
        const theirs = native.find((entry) => entry.step === step);
        for (const name of ['total', 'content', 'style', 'tv']) {
          // Rounding decides where activations are nearly equal, and the runs diverge: a term may differ by more than
          // one per cent while the total does not. So each difference is compared with the total.
          const off = Math.abs(ours[name] - theirs[name]) / theirs.total;
          assert.ok(off < (step === 0 ? first : step < 3 ? early : 0.01), `step ${step}: ${name} is ${ours[name]}, natively ${theirs[name]}`);
        }
      }

      const png = await studio.save('Save PNG', `saved-${network}-${engine}.png`);
      assert.match(png.name, /^impasto-.*\.png$/);
      const decoded = await studio.decode(png.bytes, 'image/png');
      assert.deepEqual([decoded.width, decoded.height], [picture.width, picture.height]);
      assert.ok(decoded.rgba.equals(picture.rgba), 'the PNG holds the pixels of the canvas');

      const triptych = await studio.save('Save triptych', `triptych-${network}-${engine}.png`);
      const three = await studio.decode(triptych.bytes, 'image/png');
      assert.ok(three.width > 2 * picture.width && three.height >= picture.height, 'three pictures beside each other');
      assert.ok(holds(three, picture), 'the triptych holds the result');

      const gif = await studio.save('Save GIF', `process-${network}-${engine}.gif`);
      const film = await studio.decode(gif.bytes, 'image/gif');
      assert.deepEqual([film.width, film.height], [picture.width, picture.height]);
      assert.ok(film.frames > 2, `the GIF has ${film.frames} frames`);
      assert.ok(!film.rgba.equals(film.last), 'the GIF moves');
      assert.ok(difference(film.last, picture.rgba) < 12, 'the GIF ends with the result');
    }, { weights });
  });
}

/** Whether `small` occurs in `large`, pixel by pixel. */
function holds(large, small) {
  const row = small.width * 4;
  const lineOf = (y) => small.rgba.subarray(y * row, (y + 1) * row);
  let at = -1;
  while ((at = large.rgba.indexOf(lineOf(0), at + 1)) >= 0) {
    const fits = (y) => {
      const start = at + y * large.width * 4;
      return large.rgba.subarray(start, start + row).equals(lineOf(y));
    };
    if (Array.from({ length: small.height }, (_, y) => y).every(fits)) return true;
  }
  return false;
}

/** The mean absolute difference of two pictures' bytes, 0..255. */
function difference(one, other) {
  let sum = 0;
  for (let at = 0; at < one.length; at += 1) sum += Math.abs(one[at] - other[at]);
  return sum / one.length;
}
