// The networks for the tests: the bundled ones, as in the built site, and the full VGG-19 if its weights are available.

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { writeList } from '../../../xtask/packs.mjs';
import { artefacts, cli, dist, root } from './places.mjs';

const SHARED = resolve(root, process.env.IMPASTO_SHARED ?? '../shared');
const REFERENCE = join(SHARED, 'vgg19/vgg19-conv1_1-conv5_1.safetensors');

/** The folder that is served as `weights/`. */
export const bundled = join(dist, 'weights');

/** The same with the full VGG-19, or null if there are no weights for it. */
export const full = withVgg19();

/** For `test(…, { skip })`: false, or why the full VGG-19 cannot be used. */
export const skipFull = full === null
  && `no full VGG-19: neither ${REFERENCE} nor, when the site was built, a pack in weights/vgg19`;

/** For `test(…, { skip })`: why what takes minutes on a machine without a GPU is left out, or false with IMPASTO_THOROUGH set. */
export const skipLong = !process.env.IMPASTO_THOROUGH && 'takes long: set IMPASTO_THOROUGH to run it';

/** The files of a pack except the manifest, in the manifest's order, which is the order of requests. */
export function shards(pack) {
  const manifest = JSON.parse(readFileSync(join(bundled, pack, 'manifest.json'), 'utf8'));
  return manifest.shards.map((shard) => `weights/${pack}/${shard.file}`);
}

function withVgg19() {
  if (existsSync(join(bundled, 'vgg19/manifest.json'))) return bundled;
  if (!existsSync(REFERENCE)) return null;
  const weights = join(artefacts, 'weights');
  const list = join(weights, 'packs.json');
  // One that is older than the program or the site may have another format. It is made once, before files of tests that run
  // side by side serve it (support/prepare.mjs).
  const age = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (age(list) < Math.max(age(cli), age(join(bundled, 'packs.json')))) {
    rmSync(weights, { recursive: true, force: true });
    cpSync(bundled, weights, { recursive: true });
    execFileSync(cli, ['weights', '--from', REFERENCE, '--out', join(weights, 'vgg19')], { stdio: ['ignore', 'ignore', 'inherit'] });
    writeList(weights);
  }
  return weights;
}

/** The native program's losses after each step for two PNG files: [{ step, total, content, style, tv }, …]. */
export function nativeTrace({ pictures, network, look, device, size, steps }) {
  const trace = join(artefacts, `native-${network}-${device}-${size}.json`);
  const [photo, painting] = pictures.map((bytes, index) => {
    const file = join(artefacts, `native-input-${index}.png`);
    writeFileSync(file, bytes);
    return file;
  });
  const picture = join(artefacts, `native-${network}-${device}-${size}.png`);
  // The program's default is the fast network.
  const weights = network === 'fast' ? [] : ['--weights', join(full ?? bundled, network)];
  execFileSync(cli, [
    'stylize', photo, painting, '--out', picture, ...weights, '--device', device,
    '--look', look, '--size', String(size), '--steps', String(steps), '--trace', trace,
  ], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  return JSON.parse(readFileSync(trace, 'utf8'));
}
