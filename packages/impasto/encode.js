// Turns options into those of a message to the engine. Only what is given is sent: the engine knows the defaults.

import { ImpastoError } from './errors.js';
import { adam, balanced, layers, table, usualLook, usualSize, valuesOfLooks } from './options.js';

const wrong = (name, value, wanted) => new ImpastoError('options', `${name} is ${JSON.stringify(value) ?? String(value)}: choose ${wanted}`);

/** The content weight for a position between photo and painting. */
export function contentWeight(strength) {
  number('strength', table.strength, strength);
  return balanced * 10 ** -strength;
}

/** The position for the options of a message. */
export const strengthOf = ({ content_weight: weight = balanced }) => 0 - Math.log10(weight / balanced);

/**
 * The options of a message, and the same as settings: what was given, with the look that was chosen by default. Other
 * names than those of options must have been taken out.
 */
export function encode(given) {
  const settings = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const unknown = Object.keys(settings).find((name) => !Object.hasOwn(table, name));
  if (unknown) throw new ImpastoError('options', `there is no option "${unknown}"`);
  const has = (name) => Object.hasOwn(settings, name);
  if (!has('look') && !valuesOfLooks.some(has)) settings.look = usualLook;
  const options = {};
  // In the order of the table: a look first, what depends on others last.
  for (const [name, entry] of Object.entries(table)) {
    if (!has(name)) continue;
    const other = entry.conflicts?.find(has);
    if (other) throw new ImpastoError('options', `${name} and ${other} cannot be given together: leave out one`);
    merge(options, fields(name, entry, settings[name], options));
  }
  return { options, settings };
}

/** What a value of an option sets. */
function fields(name, entry, value, options) {
  if (name === 'strength') return { content_weight: contentWeight(value) };
  if (name === 'strokes') return strokes(entry.values, value, options.size);
  if (entry.crop) return { [entry.crop]: crop(name, value) };
  if (entry.layers) return { [entry.layers]: weights(name, value) };
  const { at, choices = [] } = entry;
  if (!Array.isArray(choices)) {
    if (!Object.hasOwn(choices, value)) throw wrong(name, value, list(Object.keys(choices)));
    return choices[value];
  }
  if (choices.includes(value)) return { [at[0]]: value };
  if (at.length === 1 && choices.length) throw wrong(name, value, list(choices));
  number(name, entry, value);
  return at.reduceRight((inner, key) => ({ [key]: inner }), value);
}

function number(name, { range, whole, choices }, value) {
  const [least, most] = range ?? [-Infinity, Infinity];
  const fits = typeof value === 'number' && Number.isFinite(value) && value >= least && value <= most;
  if (fits && (!whole || (Number.isSafeInteger(value) && value >= 0))) return;
  const what = whole ? 'a whole number' : 'a number';
  throw wrong(name, value, list([range ? `${what}, ${least} to ${most}` : what, ...choices ?? []]));
}

const list = (words) => (words.length > 6 ? `${words.slice(0, 3).join(', ')}, …` : words.join(', ').replace(/, ([^,]*)$/, ' or $1'));

function strokes(values, value, size = { 'long-side': usualSize }) {
  if (!values.includes(value)) throw wrong('strokes', value, list(values));
  const side = size['long-side'];
  return side && value !== 100 ? { style_size: { 'long-side': Math.floor(side * value / 100) } } : {};
}

function crop(name, value) {
  const [left, top, width, height, ...more] = Array.isArray(value) ? value : String(value).split(',').map(Number);
  const fits = (start, length) => Number.isInteger(start) && Number.isInteger(length) && start >= 0 && length > 0 && start + length <= 100;
  if (more.length || !fits(left, width) || !fits(top, height)) {
    throw wrong(name, value, '[left, top, width, height] in hundredths of the painting');
  }
  return [left, top, width, height];
}

function weights(name, value) {
  if (value === 'none') return [];
  const isWeight = ([layer, weight]) => layers.includes(layer) && Number.isFinite(weight);
  const pairs = Object.entries(Object(value));
  if (typeof value !== 'object' || !pairs.every(isWeight)) throw wrong(name, value, '"none" or layers with weights, such as { conv4_2: 1 }');
  return pairs;
}

function merge(options, fields) {
  const { adam: own, ...others } = fields;
  Object.assign(options, others, own && { adam: { ...adam, ...options.adam, ...own } });
}
