// The paths of the built site, the native program, and the folder for the tests' output.

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../../..');
export const dist = process.env.IMPASTO_DIST ?? join(root, 'dist');
export const cli = process.env.IMPASTO_CLI ?? join(root, 'target/debug/impasto');
/** Screenshots, saved pictures and traces, for inspection after a run. */
export const artefacts = process.env.IMPASTO_ARTEFACTS ?? join(root, 'target/e2e');

/** The first program that exists: the one named in the environment, then those at the usual paths. */
export function program(variable, names) {
  // Servers are often outside a user's PATH.
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin'];
  const places = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [process.env[variable], ...places].find((place) => place && existsSync(place));
}
