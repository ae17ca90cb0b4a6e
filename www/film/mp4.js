// Writes encoded pictures (H.264) as an MP4 file (ISO/IEC 14496-12 and -15), with the index before the pictures, so that a film
// begins to play before it is there as a whole.

/** The units of a second in which the file counts. */
const SCALE = 90_000;
/** The numbers of colours in files (ISO/IEC 23091-2) by their names in the browser. */
const PRIMARIES = { bt709: 1, bt470bg: 5, smpte170m: 6 };
const TRANSFERS = { bt709: 1, smpte170m: 6, 'iec61966-2-1': 13 };
const MATRICES = { rgb: 0, bt709: 1, bt470bg: 5, smpte170m: 6 };

/** The numbers of a picture's colours: primaries, transfer, matrix, and whether they have the full range. */
export function colours(space) {
  return {
    primaries: PRIMARIES[space?.primaries] ?? 2,
    transfer: TRANSFERS[space?.transfer] ?? 2,
    matrix: MATRICES[space?.matrix] ?? 2,
    isFull: space?.fullRange === true,
  };
}

/** The parts of the file, for a `Blob`. */
export function mp4({ chunks, decoder, width, height, rate }) {
  const head = box('ftyp', text('isom'), u32(512), text('isomiso2avc1mp41'));
  const sizes = chunks.map(({ bytes }) => bytes.length);
  // The index is as long wherever the pictures begin.
  const index = (start) => movie({ chunks, sizes, decoder, width, height, rate, start });
  const start = head.length + index(0).length + 8;
  const all = sizes.reduce((sum, size) => sum + size, 8);
  return [head, index(start), u32(all), text('mdat'), ...chunks.map(({ bytes }) => bytes)];
}

function movie({ chunks, sizes, decoder, width, height, rate, start }) {
  const each = SCALE / rate;
  const long = chunks.length * each;
  const keys = chunks.flatMap(({ isKey }, at) => (isKey ? [at + 1] : []));
  const upright = [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000].map(u32);
  const table = box('stbl',
    full('stsd', 0, u32(1), sample(decoder, width, height)),
    full('stts', 0, u32(1), u32(chunks.length), u32(each)),
    full('stss', 0, u32(keys.length), ...keys.map(u32)),
    full('stsc', 0, u32(1), u32(1), u32(chunks.length), u32(1)),
    full('stsz', 0, u32(0), u32(sizes.length), ...sizes.map(u32)),
    full('stco', 0, u32(1), u32(start)));
  const media = box('mdia',
    full('mdhd', 0, u32(0), u32(0), u32(SCALE), u32(long), u16(0x55c4), u16(0)),
    full('hdlr', 0, u32(0), text('vide'), zeros(12), text('Impasto\0')),
    box('minf', full('vmhd', 1, zeros(8)), box('dinf', full('dref', 0, u32(1), full('url ', 1))), table));
  const track = full('tkhd', 3, u32(0), u32(0), u32(1), u32(0), u32(long), zeros(16), ...upright, u32(width * 0x10000), u32(height * 0x10000));
  return box('moov',
    full('mvhd', 0, u32(0), u32(0), u32(SCALE), u32(long), u32(0x10000), u16(0x100), zeros(10), ...upright, zeros(24), u32(2)),
    box('trak', track, media));
}

/** How the pictures are coded. */
function sample(decoder, width, height) {
  const { primaries, transfer, matrix, isFull } = colours(decoder.colorSpace);
  return box('avc1', zeros(6), u16(1), zeros(16), u16(width), u16(height), u32(0x480000), u32(0x480000), u32(0), u16(1), zeros(32),
    u16(24), u16(0xffff), box('avcC', configuration(bytesOf(decoder.description))),
    box('colr', text('nclx'), u16(primaries), u16(transfer), u16(matrix), Uint8Array.of(isFull ? 0x80 : 0)));
}

/**
 * What decoders need to know (ISO/IEC 14496-15, 5.3.3), written anew: Firefox 153 leaves the reserved bits out and has the first byte
 * of each parameter set twice, which some players refuse.
 */
function configuration(given) {
  let at = 5;
  const sets = () => {
    const count = given[at] & 31;
    at += 1;
    return Array.from({ length: count }, () => {
      const length = given[at] * 256 + given[at + 1];
      at += 2 + length;
      return given.subarray(at - length, at);
    });
  };
  const [sequence, picture] = [sets(), sets()];
  // The second byte of a true sequence parameter set is its profile, and none has the number of the first.
  const isDouble = sequence[0]?.[0] === sequence[0]?.[1];
  const written = (set) => {
    const bytes = isDouble ? set.subarray(1) : set;
    return [...u16(bytes.length), ...bytes];
  };
  return Uint8Array.of(...given.subarray(0, 4), 0xfc | given[4], 0xe0 | sequence.length, ...sequence.flatMap(written),
    picture.length, ...picture.flatMap(written), ...given.subarray(at));
}

function bytesOf(source) {
  return ArrayBuffer.isView(source) ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength) : new Uint8Array(source);
}

function box(name, ...parts) {
  const length = parts.reduce((sum, part) => sum + part.length, 8);
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of [u32(length), text(name), ...parts]) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** A box with a version, 0, and flags. */
const full = (name, flags, ...parts) => box(name, u32(flags), ...parts);
const zeros = (count) => new Uint8Array(count);
const text = (letters) => Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
const u16 = (value) => Uint8Array.of(value >> 8, value);
const u32 = (value) => Uint8Array.of(value >> 24, value >> 16, value >> 8, value);
