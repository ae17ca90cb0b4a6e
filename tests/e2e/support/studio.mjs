// The page as visitors use it (page object): choices, buttons, results and files. Only this file knows the DOM.

import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { artefacts } from './places.mjs';

/** A run on a software GPU of a busy machine takes long: the limit only ends a test that hangs. */
export const PATIENCE = 5 * 60_000;

export class Studio {
  constructor(page) {
    this.page = page;
    this.main = page.locator('#studio');
    this.canvas = page.locator('#canvas');
    this.progress = page.locator('#progress');
    this.alert = page.locator('#error');
    this.paintButton = page.getByRole('button', { name: /^Paint( again)?$/ });
    this.stopButton = page.getByRole('button', { name: 'Stop' });
  }

  /** Opens the page with an engine and other parameters of the address, and waits until it is usable. */
  async open(url, engine, asked = {}) {
    // The method of the paper, unless asked otherwise: a GPU in software has fewer kernels to compile.
    const query = new URLSearchParams({ ...(engine && { engine }), ...(engine === 'gpu' && { look: 'texture' }), ...asked });
    await this.page.goto(query.size ? `${url}?${query}` : url);
    await this.paintButton.waitFor({ timeout: PATIENCE });
  }

  /** Opens the page; returns the seconds from the navigation until it is usable, and until its engine is ready. */
  async timeOpening(url, engine, asked = {}) {
    await this.page.goto(`${url}?${new URLSearchParams({ engine, ...asked })}`, { waitUntil: 'commit' });
    // Measured by the page's own clock, which starts with the navigation.
    const when = async (selector) => {
      // A function, since the page's policy forbids to evaluate text.
      const present = (selector) => document.querySelector(selector) && performance.now();
      const found = await this.page.waitForFunction(present, selector, { timeout: PATIENCE });
      return await found.jsonValue() / 1000;
    };
    const [usable, ready] = await Promise.all([
      when('main#studio button.primary:not([aria-disabled=true])'),
      when('#studio[data-engine]:not([data-engine=""])'),
    ]);
    return { usable, ready };
  }

  /** Presses Paint; returns the seconds until the canvas shows something, and until it shows a step's result. */
  async timeFirstFrame() {
    // Not by `click`, which first waits until the button stops moving.
    const pressed = await this.paintButton.evaluate((button) => {
      const now = performance.now();
      button.click();
      return now;
    });
    const drawn = async (frames) => {
      const found = await this.page.waitForFunction((frames) => {
        const over = Number(document.querySelector('#canvas')?.dataset.frames) >= frames
          || document.querySelector('#studio').dataset.state === 'failed';
        return over && performance.now();
      }, frames, { timeout: PATIENCE });
      if ((await this.state()) === 'failed') throw new Error(`the run failed: ${await this.alert.textContent()}`);
      return (await found.jsonValue() - pressed) / 1000;
    };
    // The first frame is the initial picture.
    const [seen, painted] = await Promise.all([drawn(1), drawn(2)]);
    return { seen, painted };
  }

  region(name) {
    return this.page.getByRole('region', { name, exact: true });
  }

  /** What hangs on the wall: 'result', 'example' or 'photo', and its caption. */
  async wall() {
    const seen = async (selector) => this.page.locator(selector).isVisible();
    const what = await seen('#canvas') ? 'result' : await seen('#example') ? 'example' : 'photo';
    return { what, title: await this.page.locator('.placard .title').textContent() };
  }

  async choose({ photo, painting, size, strength, steps, network }) {
    if (photo) await this.page.locator(`input[name=photo][value=${photo}]`).check({ force: true });
    if (painting) await this.page.locator(`input[name=painting][value=${painting}]`).check({ force: true });
    if (network) await this.page.locator(`input[name=network][value=${network}]`).check({ force: true });
    for (const [label, value] of [['Size', size], ['Strength', strength], ['Steps', steps]]) {
      if (value !== undefined) await this.page.getByLabel(label, { exact: true }).fill(String(value));
    }
  }

  /** Expands all collapsed sections. */
  async unfold() {
    for (const group of ['more', 'expert']) await this.page.locator(`#${group} > summary`).click();
  }

  /** Makes choices under More and Expert, which are expanded: { Colours: 'the photo’s', … }. */
  async pick(choices) {
    for (const [label, choice] of Object.entries(choices)) {
      await this.page.getByLabel(label, { exact: true }).selectOption({ label: choice });
    }
  }

  /** Enters numbers into the fields under Expert, which is expanded, and leaves each: { Seed: 7, … }. */
  async write(numbers) {
    for (const [label, number] of Object.entries(numbers)) {
      const field = this.page.getByLabel(label, { exact: true });
      await field.fill(String(number));
      await field.press('Tab');
    }
  }

  /** The values of all controls: { size: '256', color: 'painting', … }, and the network. */
  async settings() {
    return this.page.locator('.controls .control :is(input, select)').evaluateAll((controls) => ({
      ...Object.fromEntries(controls.map((control) => [control.id, control.value])),
      network: document.querySelector('input[name=network]:checked').value,
    }));
  }

  /** Opens a file as a result to take the settings from, and waits for the page's response. */
  async takeSettings(name, buffer, mimeType = 'image/png') {
    await this.page.getByLabel('Settings from a result').setInputFiles({ name, mimeType, buffer });
    await this.page.locator('#status, #error').filter({ hasText: name }).waitFor();
  }

  async status() {
    return this.page.locator('#status').textContent();
  }

  /** The available networks: [{ pack, label, chosen }, …]. */
  async networks() {
    return this.page.locator('input[name=network]').evaluateAll((inputs) => inputs.map((input) => ({
      pack: input.value, label: input.labels[0].textContent.trim().replace(/\s+/g, ' '), chosen: input.checked,
    })));
  }

  /** Waits until the network with this folder's name is the one that a run would use. */
  async reachNetwork(pack) {
    await this.page.locator(`input[name=network][value=${pack}]:checked`).waitFor({ state: 'attached', timeout: PATIENCE });
  }

  async paint() {
    await this.paintButton.click();
  }

  /** Paints a small picture quickly, with these choices. */
  async paintSmall(choices = {}) {
    await this.choose({ size: 64, steps: 10, ...choices });
    const job = await this.job();
    await this.paint();
    await this.page.locator(`#studio[data-job="${job + 1}"]`).waitFor();
    await this.reach('done');
  }

  /** Waits for one of the states; an unexpected alert ends the wait with its text. */
  async reach(...states) {
    const wanted = states.map((state) => `#studio[data-state=${state}]`).join(',');
    const failed = states.includes('failed') ? '' : ',#studio[data-state=failed]';
    await this.page.locator(wanted + failed).waitFor({ timeout: PATIENCE });
    if (!states.includes('failed') && (await this.state()) === 'failed') {
      throw new Error(`the run failed: ${await this.alert.textContent()}`);
    }
  }

  /** Waits until the page shows at least this step of the current run. */
  async reachStep(step) {
    await this.page.waitForFunction(
      (step) => {
        const studio = document.querySelector('#studio').dataset.state;
        return Number(document.querySelector('#progress')?.dataset.step ?? 0) >= step || studio === 'failed';
      },
      step,
      { timeout: PATIENCE },
    );
    if ((await this.state()) === 'failed') throw new Error(`the run failed: ${await this.alert.textContent()}`);
  }

  async state() {
    return this.main.getAttribute('data-state');
  }

  async job() {
    return Number(await this.main.getAttribute('data-job'));
  }

  async step() {
    return Number(await this.progress.getAttribute('data-step'));
  }

  /** The losses of this run: [{ step, total, content, style, tv }, …]. */
  async losses() {
    return JSON.parse(await this.progress.getAttribute('data-losses'));
  }

  /** The current content of the canvas: { step, width, height, rgba }. */
  async pixels() {
    const { step, width, height, text } = await this.page.evaluate(() => {
      const canvas = document.querySelector('#canvas');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      const text = Array.from(data, (byte) => String.fromCharCode(byte)).join('');
      return { step: Number(canvas.dataset.step), width: canvas.width, height: canvas.height, text };
    });
    return { step, width, height, rgba: Buffer.from(text, 'latin1') };
  }

  /** Presses one of the Save buttons; returns the file's name and bytes, and stores a copy as `as`. */
  async save(button, as) {
    if (button !== 'Save PNG') await this.page.getByRole('button', { name: 'Other formats' }).click();
    const failed = this.alert.waitFor({ timeout: PATIENCE })
      .then(async () => { throw new Error(`nothing was saved: ${await this.alert.textContent()}`); });
    const [download] = await Promise.all([
      Promise.race([this.page.waitForEvent('download', { timeout: PATIENCE }), failed]),
      this.page.getByRole('button', { name: button }).click(),
    ]);
    const file = join(artefacts, as);
    await download.saveAs(file);
    return { name: download.suggestedFilename(), bytes: await readFile(file) };
  }

  /** Decodes a picture with the browser: { width, height, frames, rgba of the first, last: rgba of the last }. */
  async decode(bytes, type) {
    const found = await this.page.evaluate(async ({ base64, type }) => {
      const data = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const decoder = new ImageDecoder({ data, type, colorSpaceConversion: 'none', premultiplyAlpha: 'none' });
      await decoder.tracks.ready;
      await decoder.completed;
      const frames = decoder.tracks.selectedTrack.frameCount;
      const pixels = async (frameIndex) => {
        const { image } = await decoder.decode({ frameIndex });
        const canvas = new OffscreenCanvas(image.displayWidth, image.displayHeight);
        const context = canvas.getContext('2d');
        context.drawImage(image, 0, 0);
        image.close();
        const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
        return { width: canvas.width, height: canvas.height, text: Array.from(data, (byte) => String.fromCharCode(byte)).join('') };
      };
      const first = await pixels(0);
      const last = await pixels(frames - 1);
      return { width: first.width, height: first.height, frames, first: first.text, last: last.text };
    }, { base64: bytes.toString('base64'), type });
    return { ...found, rgba: Buffer.from(found.first, 'latin1'), last: Buffer.from(found.last, 'latin1') };
  }

  /** A sample as the browser decodes it, as a PNG: other decoders of JPEG give slightly different pixels. */
  async sampleAsPng(path) {
    return Buffer.from(await this.page.evaluate(async (path) => {
      const bitmap = await createImageBitmap(await (await fetch(`samples/${path}.jpg`)).blob());
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
      canvas.getContext('2d', { willReadFrequently: true }).drawImage(bitmap, 0, 0);
      return Array.from(new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer()));
    }, path));
  }

  async screenshot(name, { fullPage = true } = {}) {
    mkdirSync(join(artefacts, 'artefacts'), { recursive: true });
    await this.page.screenshot({ path: join(artefacts, 'artefacts', `${name}.png`), fullPage });
  }
}
