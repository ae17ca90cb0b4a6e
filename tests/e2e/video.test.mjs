// Tests films of a run: what is in the file, as ffprobe and ffmpeg read it, in Chromium and in Firefox.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { launch, visit } from './support/chromium.mjs';
import { paint, visit as visitFirefox } from './support/firefox.mjs';
import { artefacts } from './support/places.mjs';

/** The picture has 64 × 43 pixels, of which a film, with its even sides, takes all but the last line. */
const [WIDTH, HEIGHT] = [64, 42];
const RATE = 30;

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

/** What ffprobe says of a film, after it has decoded all of it, and the pixels (RGB) of each of its pictures. */
function read(name) {
  const file = join(artefacts, name);
  const entries = 'stream=codec_name,width,height,nb_read_frames:format=duration';
  const { stdout, stderr } = spawnSync('ffprobe', ['-v', 'warning', '-count_frames', '-show_entries', entries, '-of', 'json', file], { encoding: 'utf8' });
  assert.equal(stderr, '', `ffprobe has nothing to complain of in ${name}`);
  const said = JSON.parse(stdout);
  const rgb = execFileSync('ffmpeg', ['-v', 'error', '-i', file, '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'], { maxBuffer: 1 << 28 });
  const [{ codec_name: codec, width, height, nb_read_frames: count }] = said.streams;
  const each = 3 * width * height;
  const frames = Array.from({ length: rgb.length / each }, (_, at) => rgb.subarray(at * each, (at + 1) * each));
  return { codec, width, height, count: Number(count), seconds: Number(said.format.duration), frames };
}

/** The mean difference of two pictures, 0..255: `rgba` has a line more than `rgb`. */
function difference(rgb, rgba) {
  let sum = 0;
  for (let at = 0; at < rgb.length; at += 1) sum += Math.abs(rgb[at] - rgba[4 * Math.floor(at / 3) + at % 3]);
  return sum / rgb.length;
}

/** A film of so many seconds that ends with this picture, which it holds for a second, and begins with another one. */
function check(film, seconds, codec, rgba) {
  assert.deepEqual([film.codec, film.width, film.height, film.count], [codec, WIDTH, HEIGHT, seconds * RATE]);
  assert.ok(Math.abs(film.seconds - seconds) < 0.05, `${film.seconds} s instead of ${seconds}`);
  const off = film.frames.map((frame) => difference(frame, rgba));
  assert.ok(off.slice(-RATE).every((difference) => difference < 12), `the last second differs by ${off.slice(-RATE)}`);
  assert.ok(off[0] > 1.5 * off.at(-1), `the first picture differs by ${off[0]}, the last one by ${off.at(-1)}`);
  assert.ok(new Set(film.frames.slice(0, -RATE).map((frame) => frame.toString('latin1'))).size > 3, 'it moves');
}

async function painted(studio, host) {
  await studio.open(host.url, 'cpu', { look: 'texture' });
  await studio.paintSmall({ steps: 30 });
}

test('the course of a painting is saved as a film of the chosen length, and its address is given back', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    // The timers that give addresses back, and the addresses that are in use.
    await page.addInitScript(() => {
      const { setTimeout } = globalThis;
      globalThis.late = [];
      globalThis.setTimeout = (act, delay, ...rest) => (delay === 60_000 ? late.push(act) : setTimeout(act, delay, ...rest));
      globalThis.used = new Set();
      const { createObjectURL, revokeObjectURL } = URL;
      URL.createObjectURL = (blob) => { const url = createObjectURL(blob); if (/^video/.test(blob.type)) used.add(url); return url; };
      URL.revokeObjectURL = (url) => { used.delete(url); revokeObjectURL(url); };
    });
    await painted(studio, host);
    const asked = (name) => host.requests.filter((request) => /^film-[0-9a-f]{16}\//.test(request) && request.endsWith(name)).length;
    const { rgba } = await studio.pixels();
    for (const [seconds, chosen] of [[6, null], [3, '3']]) {
      if (chosen) {
        await page.getByRole('button', { name: 'Other formats' }).click();
        await page.getByLabel('Length of the video').selectOption(chosen);
        await studio.screenshot('video-length');
        await page.keyboard.press('Escape');
      }
      const { name, bytes } = await studio.save('Save video', `course-${seconds}.mp4`);
      assert.match(name, /^impasto-.*\.mp4$/);
      // The index lies before the pictures.
      assert.ok(bytes.indexOf('moov') < bytes.indexOf('mdat'), 'it can be played while it arrives');
      check(read(`course-${seconds}.mp4`), seconds, 'h264', rgba);
    }
    // Seven kept frames in 3 seconds, as the module itself says it.
    const shown = await page.evaluate(async () => {
      const { shown } = await import(new URL(document.documentElement.dataset.film, location.href));
      return Array.from({ length: 90 }, (_, at) => shown(at, 90, 7));
    });
    assert.deepEqual([...new Set(shown)], [0, 1, 2, 3, 4, 5, 6], 'each in turn');
    const times = Array.from({ length: 7 }, (_, frame) => shown.filter((other) => other === frame).length);
    assert.ok(times.slice(0, 6).every((count) => count === 8 || count === 9), `${times}`);
    assert.ok(times[6] >= RATE, 'and the last one for a second');
    assert.ok(asked('record.js') <= 3, 'by the page, by what keeps the site, and by this test');
    assert.equal(await page.evaluate(() => used.size), 2);
    assert.equal(await page.evaluate(() => { late.forEach((act) => act()); return used.size; }), 0, 'all addresses are given back');
  });
});

for (const { name, codec, spoil } of [
  { name: 'refuses H.264', codec: 'vp9', spoil: () => {
    const { isConfigSupported } = VideoEncoder;
    VideoEncoder.isConfigSupported = async (config) => (config.codec.startsWith('avc') ? { supported: false } : isConfigSupported.call(VideoEncoder, config));
  } },
  { name: 'has encoders of H.264 and VP9 that do not work', codec: 'vp8', spoil: () => {
    const { configure, encode } = VideoEncoder.prototype;
    VideoEncoder.prototype.configure = function (config) { this.codec = config.codec; return configure.call(this, config); };
    VideoEncoder.prototype.encode = function (...all) {
      if (this.codec !== 'vp8') throw new DOMException('no encoder', 'EncodingError');
      return encode.apply(this, all);
    };
  } },
]) {
  test(`a browser that ${name} writes a WebM`, async () => {
    await visit(browser, async ({ studio, page, host }) => {
      await page.addInitScript(spoil);
      await painted(studio, host);
      const { name: file } = await studio.save('Save video', `course-${codec}.webm`);
      assert.match(file, /\.webm$/);
      check(read(`course-${codec}.webm`), 6, codec, (await studio.pixels()).rgba);
    });
  });
}

test('a browser that encodes no films says so', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await page.addInitScript(() => { delete globalThis.VideoEncoder; });
    await painted(studio, host);
    await page.getByRole('button', { name: 'Other formats' }).click();
    await page.getByRole('button', { name: 'Save video' }).click();
    await studio.alert.getByText('The file could not be made: this browser does not write videos; save a GIF.').waitFor();
    assert.equal(await page.locator('#save').getAttribute('data-busy'), '');
  });
});

test('a film can be cancelled, also while its encoder hangs, and another one be made', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await page.addInitScript(() => {
      const own = Object.getOwnPropertyDescriptor(VideoEncoder.prototype, 'encodeQueueSize').get;
      Object.defineProperty(VideoEncoder.prototype, 'encodeQueueSize', { get() { return globalThis.hangs ? 99 : own.call(this); } });
    });
    await painted(studio, host);
    await page.evaluate(() => { globalThis.hangs = true; });
    let downloads = 0;
    page.on('download', () => { downloads += 1; });
    await page.getByRole('button', { name: 'Other formats' }).click();
    await page.getByRole('button', { name: 'Save video' }).click();
    await page.getByText('Making the video: 0 %').waitFor();
    await studio.screenshot('video-progress');
    const cancel = page.getByRole('button', { name: 'Cancel' });
    await cancel.click();
    await page.locator('#save[data-busy=""]').waitFor();
    assert.equal(await cancel.isVisible(), false);
    assert.equal(await studio.status(), 'No video was saved.');
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Other formats', 'the focus is not lost');
    assert.equal(downloads, 0);

    await page.evaluate(() => { globalThis.hangs = false; });
    await studio.save('Save video', 'after-cancel.mp4');
    check(read('after-cancel.mp4'), 6, 'h264', (await studio.pixels()).rgba);
    assert.equal(downloads, 1);
  });
});

test('Firefox saves the course of a painting as a film', async () => {
  await visitFirefox(async ({ page, host }) => {
    await page.goto(`${host.url}?engine=cpu&size=64&steps=30&look=texture`);
    await page.waitForSelector('#studio[data-engine=cpu], #studio[data-state=failed]');
    await paint(page, {});
    await page.waitForSelector('#studio[data-state=done], #studio[data-state=failed]');
    const { name, text, rgba } = await page.evaluate(async () => {
      // A download ends where the driver cannot see it.
      const link = new Promise((resolve) => { HTMLAnchorElement.prototype.click = function () { resolve(this); }; });
      [...document.querySelectorAll('#formats button')].find((button) => button.textContent.includes('Save video')).click();
      const { href, download } = await link;
      const letters = (bytes) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
      const bytes = new Uint8Array(await (await fetch(href)).arrayBuffer());
      const canvas = document.querySelector('#canvas');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return { name: download, text: letters(bytes), rgba: letters(data) };
    });
    // Which codecs there are depends on the libraries of the system.
    const ending = name.split('.').at(-1);
    mkdirSync(artefacts, { recursive: true });
    writeFileSync(join(artefacts, `firefox.${ending}`), Buffer.from(text, 'latin1'));
    const film = read(`firefox.${ending}`);
    assert.ok(ending === 'mp4' ? film.codec === 'h264' : /^vp[89]$/.test(film.codec), `${film.codec} in ${name}`);
    check(film, 6, film.codec, Buffer.from(rgba, 'latin1'));
  });
});
