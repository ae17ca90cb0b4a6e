// Writes the list of the site's networks, `weights/packs.json`: trunk calls this at the end of each build (Trunk.toml). The
// list goes straight into the site and never into weights/, since trunk watches that folder and would build again.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** As many characters of a pack's name as the page takes. */
const LONGEST_NAME = 200;

/** The list of the packs that lie in a folder. */
export function list(folder) {
  const packs = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    // What begins with a dot is a pack that is just being written.
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
  packs.sort((one, other) => (one.folder < other.folder ? -1 : 1));
  return { format: 'impasto-packs', version: 1, packs };
}

/** Writes the list of the packs in a folder into that folder. */
export function writeList(folder) {
  writeFileSync(join(folder, 'packs.json'), `${JSON.stringify(list(folder), null, 2)}\n`);
}

// The tests import this file; trunk runs it, and says where the site is being put together.
if (process.env.TRUNK_STAGING_DIR) {
  try {
    writeList(join(process.env.TRUNK_STAGING_DIR, 'weights'));
  } catch (error) {
    console.error(`error: ${error.message}`);
    process.exit(1);
  }
}
