// The networks that the tests paint with: the bundled ones, as the built site has them, and the full VGG-19 where its weights
// are at hand.

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import { writeList } from '../../../xtask/packs.mjs';
import { artefacts, cli, dist, root } from './places.mjs';

const SHARED = resolve(root, process.env.IMPASTO_SHARED ?? '../shared');
const REFERENCE = join(SHARED, 'vgg19/vgg19-conv1_1-conv5_1.safetensors');

/** The folder that a visitor finds as `weights/`. */
export const bundled = join(dist, 'weights');

/** The same with the full VGG-19 as well, or null where there are no weights for it. */
export const full = withVgg19();

/** For `test(…, { skip })`: false, or why nothing can be painted with the full VGG-19. */
export const skipFull = full === null
  && `no full VGG-19: neither ${REFERENCE} nor, when the site was built, a pack in weights/vgg19`;

/** The files of a pack, manifest left out, in the manifest's order, as they are asked for. */
export function shards(pack) {
  const manifest = JSON.parse(readFileSync(join(bundled, pack, 'manifest.json'), 'utf8'));
  return manifest.shards.map((shard) => `weights/${pack}/${shard.file}`);
}

function withVgg19() {
  if (existsSync(join(bundled, 'vgg19/manifest.json'))) return bundled;
  if (!existsSync(REFERENCE)) return null;
  const pack = join(artefacts, 'weights/vgg19');
  const weights = dirname(pack);
  const written = statSync(join(pack, 'manifest.json'), { throwIfNoEntry: false });
  // A pack that an older program wrote may be of an older format.
  if (!written || written.mtimeMs < statSync(cli).mtimeMs) {
    rmSync(pack, { recursive: true, force: true });
    mkdirSync(weights, { recursive: true });
    execFileSync(cli, ['weights', '--from', REFERENCE, '--out', pack], { stdio: ['ignore', 'ignore', 'inherit'] });
  }
  cpSync(bundled, weights, { recursive: true });
  writeList(weights);
  return weights;
}

/** The native program's loss after each step for two PNG files: [{ step, total, content, style, tv }, …]. */
export function nativeTrace({ pictures, network, device, size, steps }) {
  const trace = join(artefacts, `native-${network}-${device}-${size}.json`);
  const [photo, painting] = pictures.map((bytes, index) => {
    const file = join(artefacts, `native-input-${index}.png`);
    writeFileSync(file, bytes);
    return file;
  });
  const picture = join(artefacts, `native-${network}-${device}-${size}.png`);
  // The fast network is what the program takes where nothing is said.
  const weights = network === 'fast' ? [] : ['--weights', join(full ?? bundled, network)];
  execFileSync(cli, [
    'stylize', photo, painting, '--out', picture, ...weights, '--device', device,
    '--size', String(size), '--steps', String(steps), '--trace', trace,
  ], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  return JSON.parse(readFileSync(trace, 'utf8'));
}
