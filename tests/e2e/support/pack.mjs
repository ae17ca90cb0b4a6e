// The weights that the tests paint with: a pack made once from the reference file, or one that is already in weights/.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import { artefacts, cli, painting, photo, root } from './places.mjs';

const SHARED = resolve(root, process.env.IMPASTO_SHARED ?? '../shared');
const REFERENCE = join(SHARED, 'vgg19/vgg19-conv1_1-conv5_1.safetensors');

/** The folder to serve as `weights/`, or null where there are no real weights. */
export const weights = findWeights();

/** For `test(…, { skip })`: false, or why there is nothing to paint with. */
export const skip = weights === null
  && `no real weights: neither ${REFERENCE} nor a pack in weights/vgg19`;

/** The files of the pack, manifest left out, in the manifest's order. */
export function shards() {
  const manifest = JSON.parse(readFileSync(join(weights, 'vgg19/manifest.json'), 'utf8'));
  return manifest.shards.map((shard) => shard.file);
}

function findWeights() {
  if (existsSync(REFERENCE)) {
    const pack = join(artefacts, 'weights/vgg19');
    const written = statSync(join(pack, 'manifest.json'), { throwIfNoEntry: false });
    // A pack that an older program wrote may be of an older format.
    if (!written || written.mtimeMs < statSync(cli).mtimeMs) {
      rmSync(pack, { recursive: true, force: true });
      mkdirSync(dirname(pack), { recursive: true });
      execFileSync(cli, ['weights', '--from', REFERENCE, '--out', pack], { stdio: ['ignore', 'ignore', 'inherit'] });
    }
    return dirname(pack);
  }
  return existsSync(join(root, 'weights/vgg19/manifest.json')) ? join(root, 'weights') : null;
}

/** The native program's loss after each step for the two samples: [{ step, total, content, style, tv }, …]. */
export function nativeTrace({ device, size, steps }) {
  const trace = join(artefacts, `native-${device}-${size}.json`);
  const picture = join(artefacts, `native-${device}-${size}.png`);
  execFileSync(cli, [
    'stylize', photo, painting, '--out', picture, '--weights', join(weights, 'vgg19'), '--device', device,
    '--size', String(size), '--steps', String(steps), '--trace', trace,
  ], { stdio: ['ignore', 'ignore', 'inherit'] });
  return JSON.parse(readFileSync(trace, 'utf8'));
}
