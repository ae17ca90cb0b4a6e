#!/usr/bin/env node
// `npx impasto FOLDER` copies the engine to a folder of a site.

import { cpSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [folder, ...more] = process.argv.slice(2);
if (!folder || folder.startsWith('-') || more.length) {
  console.error('npx impasto FOLDER copies the engine to this folder, such as public/impasto. Give its address as the option "base".');
  process.exit(1);
}
cpSync(fileURLToPath(new URL('./engine', import.meta.url)), folder, { recursive: true });
