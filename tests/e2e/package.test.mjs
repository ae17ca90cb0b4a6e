// Tests the npm package (docs/javascript.md), installed from its tarball: in a page without tools, and in a project with
// TypeScript and a bundler. On the processor, since a GPU in software is slow.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { brotliCompressSync } from 'node:zlib';

import { isolated, Host } from './support/host.mjs';
import { launch, wrongsOn } from './support/chromium.mjs';
import { bundled } from './support/pack.mjs';
import { freed, packed, project, serve } from './support/package.mjs';
import { root } from './support/places.mjs';
import { PATIENCE } from './support/studio.mjs';
import { before as beforeWorker } from './support/worker.mjs';

let browser;
let tarball;
let plain;
before(async () => {
  browser = await launch();
  tarball = packed('package');
  plain = project('plain', tarball);
  const head = '<!doctype html><title>A page</title><link rel="icon" href="data:,">';
  writeFileSync(join(plain, 'index.html'), `${head}<img id="image" loading="lazy" src="public/photo.jpg">`);
});
after(() => browser.close());

/** A picture that is painted in a second. */
const small = { engine: 'cpu', size: 64, steps: 10, look: 'texture' };

/**
 * Opens a page without tools that has the library as `impasto`, two addresses as `photo` and `painting`, and `small`;
 * `kind(job)` is the kind of its error.
 */
async function open(run, { headers, expectErrors = false } = {}) {
  const site = await serve(plain, headers);
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    const wrongs = wrongsOn(page);
    page.on('console', (message) => message.type() === 'warning' && wrongs.push(message.text()));
    await page.goto(`${site.origin}/`);
    await page.evaluate(async (small) => {
      const impasto = await import('./node_modules/impasto/index.js');
      const [photo, painting] = ['public/photo.jpg', 'public/painting.jpg'];
      const kind = (job) => job.then((result) => `no error but ${Object.keys(result)}`, (error) => error.kind ?? error);
      Object.assign(globalThis, { impasto, photo, painting, small, kind });
    }, small);
    const workers = () => page.workers().length;
    await run({ page, site, workers, freed: () => freed(page) });
    if (!expectErrors) assert.deepEqual(wrongs, [], 'errors on the page');
  } finally {
    await context.close();
    await site.stop();
  }
}

test('a page without tools paints, hears of it, and paints the same again with the settings of the result', async () => {
  await open(async ({ page, workers, freed }) => {
    const told = await page.evaluate(async () => {
      const phases = [], steps = [], losses = [], frames = [];
      const job = impasto.stylize(photo, painting, {
        ...small, styleLoss: 'moments', onPhase: (now) => phases.push(now),
        onProgress: (now) => { steps.push([now.step, now.steps]); losses.push(now.losses.total); },
        onFrame: (picture, { step }) => frames.push([picture.width, picture.height, step]),
      });
      const states = [job.state];
      const result = await job;
      states.push(job.state);
      const again = await impasto.stylize(photo, painting, { ...result.settings, engine: 'cpu' });
      const other = await impasto.stylize(photo, painting, { ...small, strength: 1 });
      const { blob, bitmap, imageData, settings, width, height, step, stopped, engine, device } = result;
      const read = await createImageBitmap(blob);
      return {
        phases, steps, losses, frames, states, settings, width, height, step, stopped, engine, device, type: blob.type,
        last: result.losses, sizes: [bitmap, imageData, read].map(({ width, height }) => [width, height]),
        isSame: imageData.data.every((value, at) => value === again.imageData.data[at]),
        isOther: imageData.data.some((value, at) => value !== other.imageData.data[at]),
      };
    });
    const names = told.phases.map(({ phase }) => phase);
    assert.deepEqual([...new Set(names)], ['engine', 'pictures', 'network', 'targets', 'painting']);
    const { bytes, total, cached } = told.phases.findLast(({ phase }) => phase === 'network');
    assert.ok(bytes === total && total > 1e6 && cached === false, `${bytes} of ${total}`);
    assert.deepEqual(told.steps.at(-1), [10, 10]);
    assert.ok(told.last.total < 0.7 * told.losses[0], `the loss went from ${told.losses[0]} to ${told.last.total}`);
    assert.deepEqual([told.width, told.height], [64, 43]);
    for (const size of told.sizes) assert.deepEqual(size, [64, 43]);
    assert.deepEqual(told.frames[0], [64, 43, 0]);
    assert.deepEqual(told.frames.at(-1), [64, 43, 10]);
    assert.deepEqual(told.states, ['waiting', 'done']);
    assert.deepEqual(told.settings, { size: 64, steps: 10, look: 'texture', styleLoss: 'moments', network: 'tiny' });
    assert.deepEqual([told.step, told.stopped, told.engine, told.type], [10, false, 'cpu', 'image/png']);
    assert.ok(told.device.length > 0);
    assert.ok(told.isSame, 'the same settings give the same picture');
    assert.ok(told.isOther, 'other settings give another one');
    assert.equal(workers(), 1);
    await page.evaluate(() => impasto.dispose());
    await freed();
  });
});

test('every kind of picture is taken, with its pixels of the moment', async () => {
  await open(async ({ page }) => {
    const pictures = await page.evaluate(async () => {
      const canvas = document.createElement('canvas');
      Object.assign(canvas, { width: 48, height: 64 });
      const context = canvas.getContext('2d');
      const draw = () => {
        context.fillStyle = '#2060c0';
        context.fillRect(0, 0, 48, 64);
        context.fillStyle = '#f0c040';
        context.fillRect(10, 20, 25, 30);
      };
      draw();
      const pixels = context.getImageData(0, 0, 48, 64);
      const blob = await new Promise((resolve) => { canvas.toBlob(resolve); });
      const bitmap = await createImageBitmap(pixels);
      const offscreen = new OffscreenCanvas(48, 64);
      offscreen.getContext('2d').putImageData(pixels, 0, 0);
      const image = new Image();
      image.src = URL.createObjectURL(blob);
      const address = URL.createObjectURL(blob);
      const file = new File([blob], 'photo.png');
      const others = { file, address, url: new URL(address), data: canvas.toDataURL(), pixels, bitmap, canvas, offscreen, image };
      const paint = (picture) => impasto.stylize(picture, painting, small);
      const jobs = Object.entries({ blob, ...others }).map(([name, picture]) => [name, paint(picture)]);
      // What happens to them now does not count.
      bitmap.close();
      context.clearRect(0, 0, 48, 64);
      offscreen.getContext('2d').clearRect(0, 0, 48, 64);
      pixels.data.fill(0);
      const found = {};
      for (const [name, job] of jobs) found[name] = [...(await job).imageData.data].join();
      // An image that has not begun to load, and a blend.
      const lazy = await paint(document.querySelector('#image'));
      const blend = await impasto.stylize(blob, [painting, { picture: photo, weight: 3 }], small);
      return { found, lazy: lazy.width, isBlend: [...blend.imageData.data].join() !== found.blob };
    });
    const { blob, ...others } = pictures.found;
    assert.equal(Object.keys(others).length, 9);
    for (const [name, pixels] of Object.entries(others)) assert.ok(pixels === blob, `${name} gives another picture`);
    assert.equal(pictures.lazy, 64);
    assert.ok(pictures.isBlend, 'the second painting counts');
  });
});

test('the engine understands every option, and the errors of a page\'s own functions are reported to it', async () => {
  await open(async ({ page }) => {
    const told = await page.evaluate(async () => {
      const reported = [];
      addEventListener('error', (event) => { reported.push(event.message); event.preventDefault(); });
      const numbers = {
        steps: 10, size: 64, styleSize: 96, styleCrop: [0, 0, 50, 50], until: 0.0001, finishFrom: 64, contentWeight: 0.2, contentFalloff: 1.5,
        styleWeight: 2, tvWeight: 0.1, contentLayers: { conv3_1: 1, conv4_2: 0.5 }, styleLayers: { conv1_1: 1 }, neighborsWeight: 0.5,
        tile: 64, smoothColors: 1, seed: 7,
        learningRate: 0.03, beta1: 0.8, beta2: 0.9, epsilon: 1e-7, strength: 0.5, strokes: 60,
      };
      const words = {
        steps: 10, size: 'original', styleSize: 'original', look: 'poster', until: 'level', schedule: 'single', enlarged: 'picture',
        styleLoss: 'neighbors', neighborsTurns: 'quarters', pooling: 'avg', padding: 'bleed', init: 'mixture', color: 'keep', optimizer: 'lbfgs',
        pyramid: 'off', layers: 'forms',
      };
      const canvas = new OffscreenCanvas(64, 64);
      canvas.getContext('2d').fillRect(10, 10, 30, 30);
      const bitmap = await createImageBitmap(await (await fetch(painting)).blob(), { resizeWidth: 64, resizeHeight: 64 });
      const results = [];
      const without = { ...small, look: undefined };
      for (const options of [numbers, words, { ...without, mode: 'texture=conv3_1', learningRate: 0.03 }, { ...without, contentLayers: 'none' }]) {
        const onProgress = ({ step }) => { if (step === 1) throw new Error('of the page'); };
        const { step, settings } = await impasto.stylize(canvas, bitmap, { ...options, engine: 'cpu', onProgress });
        results.push({ step, look: settings.look });
      }
      const { table } = await import('./node_modules/impasto/options.js');
      return { results, reported, left: Object.keys(table).filter((name) => ![numbers, words].some((options) => name in options)) };
    });
    assert.deepEqual(told.left, ['mode'], 'every option is in one of the runs');
    assert.deepEqual(told.results.map(({ look }) => look), [undefined, 'poster', undefined, undefined]);
    assert.ok(told.results.every(({ step }) => step > 0 && step <= 10), JSON.stringify(told.results));
    assert.equal(told.reported.length, 4);
    assert.match(told.reported[0], /of the page/);
  });
});

test('runs wait for each other or take each other\'s place, and are stopped and steered', async () => {
  await open(async ({ page, workers }) => {
    const waited = await page.evaluate(async () => {
      const order = [];
      const paint = (name, more) => impasto.stylize(photo, painting, { ...small, ...more, onProgress: () => order.push(name) });
      const [one, two, three, four] = ['one', 'two', 'three', 'four'].map((name) => paint(name));
      const third = kind(three);
      three.stop();
      await Promise.all([one, two, four]);
      return { order, third: await third, most: order.indexOf('two') > order.lastIndexOf('one') };
    });
    assert.deepEqual([...new Set(waited.order)], ['one', 'two', 'four']);
    assert.deepEqual([waited.most, waited.third], [true, 'stopped']);

    const replaced = await page.evaluate(async () => {
      const long = { ...small, steps: 300, schedule: 'single', size: 128 };
      let begun;
      const painting1 = new Promise((resolve) => { begun = resolve; });
      const one = impasto.stylize(photo, painting, { ...long, onProgress: begun });
      const two = impasto.stylize(photo, painting, long);
      const kinds = [kind(one), kind(two)];
      await painting1;
      const three = impasto.stylize(photo, painting, { ...small, queue: 'replace' });
      return { kinds: await Promise.all(kinds), states: [one.state, two.state], step: (await three).step };
    });
    assert.deepEqual(replaced, { kinds: ['replaced', 'replaced'], states: ['failed', 'failed'], step: 10 });

    const stopped = await page.evaluate(async () => {
      let steps = 0;
      const job = impasto.stylize(photo, painting, { ...small, steps: 300, schedule: 'single', onProgress: () => { if (++steps === 3) job.stop(); } });
      const { step, stopped, imageData } = await job;
      job.stop();
      return { step, stopped, width: imageData.width };
    });
    assert.ok(stopped.stopped && stopped.step >= 3 && stopped.step < 100 && stopped.width === 64, JSON.stringify(stopped));

    const steered = await page.evaluate(async () => {
      const parts = [];
      const job = impasto.stylize(photo, painting, {
        ...small, steps: 60, schedule: 'single', strength: 1,
        onProgress: ({ step, losses }) => { parts.push([step, losses.content / losses.style]); if (step >= 20) job.strength = -1; },
      });
      const early = impasto.stylize(photo, painting, small);
      early.strength = 1.5;
      const { settings } = await job;
      return { strengths: [settings.strength, (await early).settings.strength], before: parts.findLast(([step]) => step < 20)[1], after: parts.at(-1)[1] };
    });
    assert.deepEqual(steered.strengths, [-1, 1.5]);
    assert.ok(steered.after > 5 * steered.before, `the photo counts ${steered.before} before and ${steered.after} after`);
    assert.equal(workers(), 1, 'one worker for all');
  });
});

test('an aborted run is over at once, and its worker is freed', async () => {
  await open(async ({ page, site, workers, freed }) => {
    assert.equal(await page.evaluate(() => kind(impasto.stylize(photo, painting, { ...small, signal: AbortSignal.abort('before') }))), 'before');
    assert.equal(workers(), 0);

    // While the engine loads.
    site.hold('_bg.wasm');
    await page.evaluate(() => {
      globalThis.control = new AbortController();
      globalThis.aborted = kind(impasto.stylize(photo, painting, { ...small, signal: control.signal }));
    });
    await page.waitForEvent('worker');
    assert.equal(await page.evaluate(() => { control.abort('while it loads'); return aborted; }), 'while it loads');
    await freed();
    site.release();

    // While a picture loads: the next run does not wait for it.
    site.hold('photo.jpg');
    const slow = await page.evaluate(async () => {
      const control = new AbortController();
      const job = kind(impasto.stylize(photo, painting, { ...small, signal: control.signal }));
      const next = impasto.stylize(painting, painting, small);
      control.abort('while a picture loads');
      return [await job, (await next).step];
    });
    assert.deepEqual(slow, ['while a picture loads', 10]);
    site.release();

    const painting = await page.evaluate(async () => {
      const control = new AbortController();
      const long = { ...small, steps: 300, size: 128, schedule: 'single' };
      let frames = 0, after = 0;
      const job = impasto.stylize(photo, painting, {
        ...long, signal: control.signal, onProgress: () => control.abort(), onFrame: () => { frames += 1; after += control.signal.aborted; },
      });
      const error = await job.then(() => null, (error) => error);
      return { name: error.name, isReason: error === control.signal.reason, state: job.state, frames, after };
    });
    assert.deepEqual(painting, { name: 'AbortError', isReason: true, state: 'failed', frames: painting.frames, after: 0 });
    assert.ok(painting.frames > 0);
    await freed();

    // Whoever paints again at once keeps the worker.
    const step = await page.evaluate(async () => {
      const control = new AbortController();
      const long = { ...small, steps: 300, size: 128, schedule: 'single', signal: control.signal };
      const aborted = kind(impasto.stylize(photo, painting, { ...long, onProgress: () => control.abort() }));
      await aborted;
      return (await impasto.stylize(photo, painting, small)).step;
    });
    assert.equal(step, 10);
    assert.equal(workers(), 1);
  });
});

test('an error has a kind, and says what to do', async () => {
  mkdirSync(join(plain, 'public/newer'), { recursive: true });
  writeFileSync(join(plain, 'public/newer/engine.json'), JSON.stringify({ format: 'impasto-engine', version: 2, worker: 'worker.js' }));
  await open(async ({ page }) => {
    const cases = await page.evaluate(async () => {
      const tainted = document.createElement('canvas');
      await new Promise((resolve) => {
        const image = new Image();
        image.onload = () => { tainted.getContext('2d').drawImage(image, 0, 0); resolve(); };
        image.src = document.querySelector('#image').src.replace('127.0.0.1', 'localhost');
      });
      const closed = await createImageBitmap(new ImageData(1, 1));
      closed.close();
      const paint = (more, photo1 = photo, painting1 = painting) => impasto.stylize(photo1, painting1, { ...small, ...more });
      const cases = {
        text: paint({}, new Blob(['no picture'])),
        missing: paint({}, 'public/nothing.jpg'),
        unreachable: paint({}, 'http://127.0.0.1:1/photo.jpg'),
        tainted: paint({}, tainted),
        tiny: paint({}, new ImageData(1, 1)),
        closed: paint({}, closed),
        number: paint({}, 5),
        none: paint({}, photo, []),
        weight: paint({}, photo, { picture: painting, weight: -1 }),
        size: paint({ size: 10 }),
        steps: paint({ steps: 20.5 }),
        look: paint({ look: 'cubist' }),
        typo: paint({ colour: 'keep' }),
        both: paint({ layers: 'forms', styleLayers: { conv1_1: 1 } }),
        crop: paint({ styleCrop: [0, 0, 101, 1] }),
        ratio: paint({ learningRate: -1 }),
        engine: paint({ engine: 'abacus' }),
        queue: paint({ queue: 'first' }),
        network: paint({ network: 'nothing' }),
        base: paint({ base: '/nowhere/' }),
        page: paint({ base: '/public/' }),
        outdated: paint({ base: '/public/newer' }),
        strength: paint({ strength: 2 }),
      };
      const found = {};
      for (const [name, job] of Object.entries(cases)) {
        found[name] = await job.then(() => 'no error', (error) => [error instanceof impasto.ImpastoError, error.kind, error.message]);
      }
      return found;
    });
    const due = {
      text: ['decode', /JPEG, PNG or WebP/], missing: ['input', /nothing\.jpg: its host says 404/], unreachable: ['input', /CORS/],
      tainted: ['input', /crossorigin/], tiny: ['options', /choose a larger size/], closed: ['input', /0×0/],
      number: ['input', /Number: give a Blob/], none: ['input', /no painting/],
      weight: ['options', /weight of a painting is -1/], size: ['options', /size is 10: choose a whole number, 64 to 2048 or original/],
      steps: ['options', /steps is 20\.5/], look: ['options', /brushwork, portrait, texture, poster or free/],
      typo: ['options', /no option "colour"/], both: ['options', /leave out one/], crop: ['options', /hundredths/],
      ratio: ['options', /learning rate/], engine: ['options', /gpu, cpu or auto/], queue: ['options', /wait or replace/],
      network: ['weights', /nothing/], base: ['engine', /npx impasto/], page: ['engine', /npx impasto/],
      outdated: ['outdated', /update one of them/], strength: ['options', /-1\.5 to 1\.5/],
    };
    assert.deepEqual(Object.keys(cases), Object.keys(due));
    for (const [name, [kind, words]] of Object.entries(due)) {
      const [isOne, found, message] = cases[name];
      assert.deepEqual([isOne, found], [true, kind], `${name}: ${message}`);
      assert.match(message, words, name);
    }
    const steer = await page.evaluate(async () => {
      const job = impasto.stylize(photo, painting, small);
      let error;
      try { job.strength = 5; } catch (thrown) { error = thrown; }
      await job;
      return [error.kind, job.strength];
    });
    assert.deepEqual(steer, ['options', 0]);
    const unheard = await page.evaluate(() => new Promise((resolve) => {
      addEventListener('unhandledrejection', ({ reason }) => resolve(reason.kind));
      impasto.stylize(5, painting, small);
    }));
    assert.equal(unheard, 'input', 'an error of which nobody takes care is reported');
    assert.equal(await page.evaluate(() => { const job = kind(impasto.stylize(photo, painting, small)); impasto.dispose(); return job; }), 'disposed');
  }, { expectErrors: true });
});

test('the engine of another origin is started by a worker of the page\'s own, with its helpers', async () => {
  const site = await new Host(bundled).start();
  site.headers = () => ({ 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' });
  try {
    await open(async ({ page, freed }) => {
      const result = await page.evaluate(async (base) => {
        const { threads } = await impasto.supports();
        const { step, width } = await impasto.stylize(photo, painting, { ...small, base });
        return { threads, step, width };
      }, site.url);
      const { threads, ...picture } = result;
      assert.deepEqual(picture, { step: 10, width: 64 });
      assert.equal(site.requests.filter((name) => /^worker-cpu-.*\.js$/.test(name)).length, threads, 'each thread has loaded the program');
      assert.ok(site.requests.includes('weights/tiny/manifest.json'));
      await page.evaluate(() => impasto.dispose());
      await freed();
    }, { headers: isolated() });
    site.headers = () => ({});
    await open(async ({ page }) => {
      const [kind, message] = await page.evaluate((base) =>
        impasto.stylize(photo, painting, { ...small, base }).then(null, (error) => [error.kind, error.message]), site.url);
      assert.equal(kind, 'engine');
      assert.match(message, /CORS/);
    }, { expectErrors: true });
  } finally {
    await site.stop();
  }
});

test('what is loaded before is not loaded again', async () => {
  await open(async ({ page, site, workers }) => {
    const loaded = await page.evaluate(async () => {
      const told = [];
      const found = await impasto.preload({ ...small, onProgress: (progress) => told.push(progress) });
      return { told, found };
    });
    assert.deepEqual([loaded.found.engine, loaded.found.network], ['cpu', 'tiny']);
    const { bytes, total } = loaded.told.at(-1);
    assert.ok(bytes === total && total > 1e6 && loaded.told[0].bytes < total, JSON.stringify(loaded.told));
    const heavy = () => site.requests.filter((path) => path.includes('/engine/'));
    const before = heavy().length;
    assert.ok(before >= 5, heavy().join());
    assert.equal(await page.evaluate(async () => (await impasto.stylize(photo, painting, small)).step), 10);
    assert.equal(heavy().length, before, heavy().slice(before).join());
    // Another worker finds the network in the browser's cache.
    const cached = await page.evaluate(async () => {
      impasto.dispose();
      const told = [];
      await impasto.preload({ ...small, onProgress: (progress) => told.push(progress) });
      return told.at(-1).cached;
    });
    assert.equal(cached, true);
    assert.equal(workers(), 1);
  });
});

test('the processor takes over from a GPU that cannot be used, unless that was asked for by name', async () => {
  const site = await new Host(bundled).start();
  site.headers = () => ({ 'access-control-allow-origin': '*' });
  beforeWorker(site, 'if (location.search.includes("gpu")) GPU.prototype.requestAdapter = async () => null;');
  try {
    await open(async ({ page, workers }) => {
      const told = await page.evaluate(async (base) => {
        const { engine } = await impasto.supports();
        const forced = await kind(impasto.stylize(photo, painting, { ...small, base, engine: 'gpu' }));
        const auto = { ...small, base, engine: 'auto' };
        const { engine: used, step, settings } = await impasto.stylize(photo, painting, auto);
        return { engine, forced, used, step, network: settings.network };
      }, site.url);
      assert.deepEqual(told, { engine: 'gpu', forced: 'no_web_gpu', used: 'cpu', step: 10, network: 'tiny' });
      assert.equal(workers(), 1);
    });
  } finally {
    await site.stop();
  }
});

test('a project with TypeScript and Vite builds and paints', async () => {
  const folder = project('vite', tarball, 'vite@8.4.0', 'typescript@7.0.2', '@types/react@19.3.3');
  const npx = (...words) => execFileSync('npx', words, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  const strict = { strict: true, noEmit: true, target: 'es2022', module: 'esnext', moduleResolution: 'bundler', jsx: 'react-jsx', types: [] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: strict, files: ['main.ts', 'demo.tsx'] }));
  const head = '<!doctype html><title>waiting</title><link rel="icon" href="data:,">';
  writeFileSync(join(folder, 'index.html'), `${head}<script type="module" src="main.ts"></script>`);
  writeFileSync(join(folder, 'main.ts'), `
    import { dispose, ImpastoError, stylize, supports, type Progress, type Result, type StylizeOptions } from 'impasto';
    import 'impasto/element';

    const steps: Progress[] = [];
    const options: StylizeOptions = { base: 'impasto', engine: 'cpu', size: 64, steps: 10, styleLoss: 'gram', onProgress: (at) => steps.push(at) };
    const job = stylize('photo.jpg', 'painting.jpg', options);
    job.strength = 0.5;
    const { blob, settings }: Result = await job;
    const again = await stylize(blob, new URL('painting.jpg', location.href), { ...options, ...settings });
    const without = await stylize(blob, blob, { engine: 'cpu' }).catch((error: unknown) => error instanceof ImpastoError ? error.kind : 'none');
    // @ts-expect-error
    stylize(blob, blob, { look: 'cubist' }).catch(() => {});
    const demo = document.createElement('impasto-demo');
    demo.styleCrop = '0,0,50,50';
    demo.addEventListener('impasto-progress', ({ detail }) => detail.step.toFixed());
    dispose();
    document.title = [(await supports()).engine, steps.length, settings.strength, again.step, without, demo.outerHTML].join(' ');
  `);
  writeFileSync(join(folder, 'demo.tsx'), `
    import type {} from 'impasto/react';
    export const Demo = () => <impasto-demo photo="cat" size={192} style-crop="0,0,50,50" onimpasto-done={({ detail }) => console.log(detail.loss)} />;
    // @ts-expect-error
    export const Wrong = () => <impasto-demo theme="blue" />;
  `);
  npx('impasto', 'public/impasto');
  npx('tsc');
  npx('vite', 'build', '--logLevel', 'warn', '--base', './');
  const site = await serve(join(folder, 'dist'));
  const page = await browser.newPage();
  try {
    const wrongs = wrongsOn(page);
    await page.goto(`${site.origin}/`);
    await page.waitForFunction(() => document.title !== 'waiting', null, { timeout: PATIENCE });
    assert.match(await page.title(), /^[cg]pu \d+ 0\.5 10 engine <impasto-demo style-crop="0,0,50,50">/);
    // The engine that was looked for without `base`.
    assert.deepEqual(wrongs.filter((text) => !text.includes('404')), []);
    assert.equal(page.workers().length, 0);
  } finally {
    await page.close();
    await site.stop();
  }
});

test('on a server the library can be imported, and says that it cannot paint there', () => {
  const script = `
    import { stylize, supports, preload, dispose, ImpastoError } from 'impasto';
    import 'impasto/element';
    const { engine } = await supports();
    const kinds = [];
    for (const job of [stylize('a.jpg', 'b.jpg'), preload()]) await job.catch((error) => kinds.push(error instanceof ImpastoError && error.kind));
    dispose();
    console.log(JSON.stringify({ engine, kinds }));`;
  const said = execFileSync('node', ['--input-type=module', '--eval', script], { cwd: plain });
  assert.deepEqual(JSON.parse(said), { engine: null, kinds: ['unsupported', 'unsupported'] });
});

test('the package has what its description names, and is small', () => {
  const folder = join(plain, 'node_modules/impasto');
  const read = (name) => readFileSync(join(folder, name), 'utf8');
  const description = JSON.parse(read('package.json'));
  assert.equal(description.version, /^version = "(.*)"$/m.exec(readFileSync(join(root, 'Cargo.toml'), 'utf8'))[1]);
  const targets = Object.values(description.exports).flatMap((target) => (typeof target === 'string' ? target : Object.values(target)));
  for (const target of targets) if (!target.includes('*')) read(target);
  for (const licence of ['LICENSE-MIT', 'LICENSE-APACHE']) read(licence);

  // Everything that the library itself imports.
  const reached = ['index.js'];
  for (const name of reached) {
    for (const [, other] of read(name).matchAll(/from '\.\/(.*?)'/g)) if (!reached.includes(other)) reached.push(other);
  }
  assert.ok(reached.length >= 8, reached.join());
  const size = brotliCompressSync(reached.map(read).join('')).length;
  assert.ok(size <= 12_000, `${size} bytes`);
  const engine = readdirSync(join(folder, 'engine'));
  assert.equal(engine.length, 7, engine.join());

  const { modules: [{ declarations: [demo] }] } = JSON.parse(read('custom-elements.json'));
  const [, passedOn] = /const passedOn = \[(.*?)\]/.exec(read('element.js'));
  const [, others] = /const attributes = \[\.\.\.passedOn, (.*?)\]/.exec(read('element.js'));
  const names = `${passedOn}, ${others}`.split(', ').map((name) => name.slice(1, -1));
  assert.deepEqual(demo.attributes.map(({ name }) => name).sort(), names.sort());
  const types = read('element.d.ts') + read('options.d.ts');
  for (const name of names) assert.match(types, new RegExp(`["\\s]${name}"?\\?: `), name);
});
