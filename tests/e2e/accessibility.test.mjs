// Tests the page with axe-core in its main states, light and dark, and that the edges of controls can be seen. Stores
// screenshots of all of them at the widths of a phone, a tablet and a desktop.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { violations as wrongs } from './support/axe.mjs';
import { launch, visit } from './support/chromium.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const SCHEMES = ['light', 'dark'];
const WIDTHS = [[390, 844], [820, 1180], [1440, 900]];

/** What axe-core finds wrong; in the dark only of contrasts, since the rest is the same. */
const violations = (page, colorScheme) => wrongs(page, colorScheme === 'dark' ? { runOnly: ['color-contrast'] } : {});

/** Controls whose edge has a contrast below 3:1 to what is around them (WCAG 2.2, 1.4.11). */
const faintEdges = (page) => page.evaluate(() => {
  const parts = (color) => (/rgba?\(([^)]*)\)/.exec(color)?.[1] ?? '0,0,0,0').split(/[ ,/]+/).map(Number);
  const luminance = (color) => {
    const [r, g, b] = parts(color).slice(0, 3).map((v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let at = element.parentElement; at; at = at.parentElement) {
      const { backgroundColor } = getComputedStyle(at);
      if ((parts(backgroundColor)[3] ?? 1) === 1) return backgroundColor;
    }
    return 'rgb(255, 255, 255)';
  };
  return [...document.querySelectorAll('button, .button, select, input[type=number]')].filter((element) => {
    const { borderTopColor, borderTopWidth } = getComputedStyle(element);
    const isVisible = element.checkVisibility() && parseFloat(borderTopWidth) > 0 && (parts(borderTopColor)[3] ?? 1) === 1;
    const [dark, light] = [luminance(borderTopColor), luminance(behind(element))].sort((one, other) => one - other);
    return isVisible && (light + 0.05) / (dark + 0.05) < 3;
  }).map((element) => element.outerHTML.slice(0, 120));
});

test('axe-core finds nothing in the main states, and the edges of controls can be seen, light and dark', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    // Colours on the way from one state to another are nobody's.
    await page.emulateMedia({ reducedMotion: 'reduce' });
    const check = async (state) => {
      for (const colorScheme of SCHEMES) {
        await page.emulateMedia({ colorScheme });
        assert.deepEqual(await violations(page, colorScheme), [], `${state}, ${colorScheme}`);
        assert.deepEqual(await faintEdges(page), [], `${state}, ${colorScheme}`);
        for (const [width, height] of WIDTHS) {
          await page.setViewportSize({ width, height });
          await studio.screenshot(`${state}-${width}-${colorScheme}`, { fullPage: false });
        }
      }
    };
    await studio.open(host.url, 'cpu');
    await page.locator('#studio[data-engine=cpu]').waitFor();
    await check('first-view');
    await studio.choose({ size: 512, steps: 300 });
    await studio.paint();
    await studio.reachStep(1);
    await check('painting');
    await studio.stopButton.click();
    await studio.reach('stopped');
    await studio.paintSmall({ photo: 'cat' });
    await check('result');
    await page.getByRole('button', { name: 'Other formats' }).click();
    await check('formats');
    await page.keyboard.press('Escape');
    await studio.unfold();
    await page.getByRole('button', { name: 'Mark parts of the photo' }).click();
    await check('brush');
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByLabel('Your own photo').setInputFiles({ name: 'a.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('a letter') });
    await studio.alert.waitFor();
    await check('alert');
  }, { viewport: { width: 1440, height: 900 }, expectErrors: true });
});
