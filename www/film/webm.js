// Writes encoded pictures (VP8 or VP9) as a WebM file, for browsers that do not encode H.264.

import { colours } from './mp4.js';

/** The parts of the file, for a `Blob`. */
export function webm({ chunks, decoder, codec, width, height, rate }) {
  const head = element(0x1a45dfa3, number(0x4286, 1), number(0x42f7, 1), number(0x42f2, 4), number(0x42f3, 8),
    text(0x4282, 'webm'), number(0x4287, 2), number(0x4285, 2));
  // Times are in milliseconds.
  const time = (at) => Math.round(at * 1000 / rate);
  const about = element(0x1549a966, number(0x2ad7b1, 1_000_000), float(0x4489, chunks.length * 1000 / rate), text(0x4d80, 'Impasto'),
    text(0x5741, 'Impasto'));
  const { primaries, transfer, matrix, isFull } = colours(decoder?.colorSpace);
  const colour = element(0x55b0, number(0x55b1, matrix), number(0x55b9, isFull ? 2 : 1), number(0x55ba, transfer), number(0x55bb, primaries));
  const video = element(0xe0, number(0xb0, width), number(0xba, height), colour);
  const track = element(0x1654ae6b, element(0xae, number(0xd7, 1), number(0x73c5, 1), number(0x9c, 0), number(0x83, 1),
    number(0x23e383, Math.round(1e9 / rate)), text(0x86, codec === 'vp8' ? 'V_VP8' : 'V_VP9'), video));
  // A cluster begins with a picture that needs no other one, and the index says where.
  const starts = chunks.flatMap(({ isKey }, at) => (isKey ? [at] : []));
  const clusters = starts.map((start, which) => {
    const block = ({ bytes, isKey }, at) => element(0xa3, Uint8Array.of(0x81, ...u16(time(start + at) - time(start)), isKey ? 0x80 : 0), bytes);
    return element(0x1f43b675, number(0xe7, time(start)), ...chunks.slice(start, starts[which + 1]).map(block));
  });
  let place = about.length + track.length;
  const cues = starts.map((start, which) => {
    const cue = element(0xbb, number(0xb3, time(start)), element(0xb7, number(0xf7, 1), number(0xf1, place)));
    place += clusters[which].length;
    return cue;
  });
  return [head, element(0x18538067, about, track, ...clusters, element(0x1c53bb6b, ...cues))];
}

/** An element: its id, its length in eight bytes, and its parts. */
function element(id, ...parts) {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const head = [...whole(id), 0x01, 0, ...u16(Math.floor(length / 2 ** 32)), ...u16(Math.floor(length / 2 ** 16) % 2 ** 16), ...u16(length % 2 ** 16)];
  const bytes = new Uint8Array(head.length + length);
  bytes.set(head);
  let at = head.length;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** The bytes of a whole number, the highest first, without those that are 0. */
function whole(value) {
  const bytes = [];
  for (let left = value; left > 0 || bytes.length === 0; left = Math.floor(left / 256)) bytes.unshift(left % 256);
  return bytes;
}

const u16 = (value) => [value >> 8, value & 255];
const number = (id, value) => element(id, Uint8Array.from(whole(value)));
const text = (id, letters) => element(id, Uint8Array.from(letters, (letter) => letter.charCodeAt(0)));

function float(id, value) {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value);
  return element(id, bytes);
}
