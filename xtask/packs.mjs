// Makes the list of the site's networks, `weights/packs.json`. The list is written into the site (finish.mjs), not into
// weights/: trunk watches that folder and would rebuild.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The maximum length of a pack's name that the page accepts, in characters. */
const LONGEST_NAME = 200;

/** The list of the packs in a folder. */
export function list(folder) {
  const packs = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    // A name that begins with a dot belongs to a pack that is still being written.
    if (!entry.isDirectory() || entry.name.startsWith('.')) continue;
    const file = join(folder, entry.name, 'manifest.json');
    let text;
    try {
      text = readFileSync(file, 'utf8');
    } catch {
      continue; // No pack.
    }
    if (!/^[\w-][\w.-]{0,99}$/.test(entry.name)) {
      throw new Error(`${folder}/${entry.name} cannot go into the site: name it with letters, digits, -, _ and . only`);
    }
    try {
      const { name, shards } = JSON.parse(text);
      const bytes = shards.reduce((sum, shard) => sum + shard.bytes, 0);
      packs.push({ folder: entry.name, name: [...name].slice(0, LONGEST_NAME).join(''), bytes });
    } catch (error) {
      throw new Error(`${file} is no manifest of a pack (${error.message}): make the pack again with \`cargo xtask weights\``);
    }
  }
  packs.push(...elsewhere(join(folder, 'elsewhere.json')));
  packs.sort((one, other) => (one.folder < other.folder ? -1 : 1));
  return { format: 'impasto-packs', version: 1, packs };
}

/** The packs on other hosts: `{ "vgg19": "https://cdn.example/vgg19/" }`. */
function elsewhere(file) {
  if (!existsSync(file)) return [];
  try {
    return Object.entries(JSON.parse(readFileSync(file, 'utf8'))).map(([folder, address]) => {
      const { protocol, href } = new URL(address);
      if (!/^https?:$/.test(protocol) || !href.endsWith('/')) throw new Error(`${address} is no folder's address`);
      return { folder, name: folder, elsewhere: href };
    });
  } catch (error) {
    throw new Error(`${file}: ${error.message}; it says where other packs are: {"vgg19": "https://cdn.example/vgg19/"}`);
  }
}

/** Writes the list of the packs in a folder into that folder. */
export function writeList(folder) {
  writeFileSync(join(folder, 'packs.json'), `${JSON.stringify(list(folder), null, 2)}\n`);
}
