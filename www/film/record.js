// Makes a film of a run from the frames that the page keeps. It is loaded when a film is asked for (`apps/page/src/services/film.rs`).

import { mp4 } from './mp4.js';
import { webm } from './webm.js';

/** The pictures of a second. */
const RATE = 30;
/** The last picture is held for so many seconds, which belong to the length. */
const HELD = 1;
/** A picture that needs no other one, so that one can jump there, every so many pictures. */
const KEY_EVERY = RATE;
/** Bits for each pixel of a second of film: brush strokes have many edges, and each frame differs from the one before. */
const BITS = 8;
/** So many pictures may wait for the encoder, which works beside the page. */
const AHEAD = 4;
/** The side of the blocks that the levels of H.264 count, and the levels: the most blocks, and the name. */
const BLOCK = 16;
const LEVELS = [[3600, '1f'], [8192, '28'], [36_864, '33']];

/** The codecs, the best known first: H.264 without frames that refer to later ones, which every player and every site takes. */
function codecs(width, height) {
  const blocks = Math.ceil(width / BLOCK) * Math.ceil(height / BLOCK);
  const level = LEVELS.find(([most]) => blocks <= most);
  return [
    ...(level ? [{ codec: `avc1.42e0${level[1]}`, avc: { format: 'avc' }, write: mp4, type: 'video/mp4' }] : []),
    { codec: 'vp09.00.51.08', write: webm, type: 'video/webm' },
    { codec: 'vp8', write: webm, type: 'video/webm' },
  ];
}

/** The kept frame that picture `at` of `pictures` shows; those of the last second show the last one. */
export function shown(at, pictures, kept) {
  const moving = Math.max(1, pictures - HELD * RATE);
  return Math.min(kept - 1, Math.floor(at / moving * kept));
}

/**
 * A film of `seconds` as a `Blob`; `null` if it was cancelled, a word if it cannot be made: 'unknown' in a browser that writes no
 * films. Each frame has `width · height · 4` bytes (RGBA), and `frame(at)` returns one of `kept`. Films have even sides: of an odd
 * one the last line is left out. `report` is told of the progress (0 to 1), and returns whether to go on.
 */
export async function record(width, height, kept, seconds, frame, report) {
  const size = [width, height].map((side) => side & ~1);
  if (typeof VideoEncoder === 'undefined' || typeof VideoFrame === 'undefined') return 'unknown';
  let fault = 'unknown';
  for (const { write, type, ...codec } of codecs(...size)) {
    const bitrate = Math.max(500_000, BITS * size[0] * size[1]);
    const config = { ...codec, width: size[0], height: size[1], framerate: RATE, bitrate, latencyMode: 'quality' };
    const { supported } = await VideoEncoder.isConfigSupported(config).catch(() => ({}));
    if (!supported) continue;
    try {
      const film = await encoded(config, { width, height, kept, pictures: seconds * RATE }, frame, report);
      return film && new Blob(write({ ...film, codec: codec.codec, width: size[0], height: size[1], rate: RATE }), { type });
    } catch (error) {
      // A browser may support a codec and have no encoder that works: the next one is tried.
      fault = error;
    }
  }
  if (fault === 'unknown') return fault;
  throw fault;
}

/** The encoded pictures, `{ bytes, isKey }` in order, and what a decoder needs to know; `null` if it was cancelled. */
async function encoded(config, { width, height, kept, pictures }, frame, report) {
  const chunks = [];
  let decoder = null;
  let failed = null;
  const encoder = new VideoEncoder({
    output(chunk, { decoderConfig }) {
      decoder ??= decoderConfig;
      const bytes = new Uint8Array(chunk.byteLength);
      chunk.copyTo(bytes);
      chunks.push({ bytes, isKey: chunk.type === 'key' });
    },
    error(error) { failed = error; },
  });
  try {
    encoder.configure(config);
    let pixels = null;
    for (let at = 0, latest = -1; at < pictures; at += 1) {
      const next = shown(at, pictures, kept);
      if (next !== latest) pixels = even(frame(next), width, height, config);
      latest = next;
      const picture = new VideoFrame(pixels, {
        format: 'RGBX', codedWidth: config.width, codedHeight: config.height,
        timestamp: Math.round(at * 1e6 / RATE), duration: Math.round(1e6 / RATE),
      });
      encoder.encode(picture, { keyFrame: at % KEY_EVERY === 0 });
      picture.close();
      do {
        if (!report(at / pictures)) return null;
        await (encoder.encodeQueueSize > AHEAD ? room(encoder) : turn());
        if (failed) throw failed;
      } while (encoder.encodeQueueSize > AHEAD);
    }
    await encoder.flush();
    if (failed) throw failed;
    if (chunks.length !== pictures) throw new Error(`${chunks.length} of ${pictures} pictures were encoded`);
    return report(1) ? { chunks, decoder } : null;
  } finally {
    if (encoder.state !== 'closed') encoder.close();
  }
}

/** The pixels (RGBA) of a picture of this size, without what is beyond the even size. */
function even(pixels, width, height, size) {
  if (size.width === width) return pixels.subarray(0, 4 * width * size.height);
  const cut = new Uint8ClampedArray(4 * size.width * size.height);
  for (let y = 0; y < size.height; y += 1) {
    cut.set(pixels.subarray(4 * width * y, 4 * (width * y + size.width)), 4 * size.width * y);
  }
  return cut;
}

/** Waits until the encoder has taken a picture; not for ever, so that a film can be cancelled whose encoder hangs. */
function room(encoder) {
  return new Promise((resolve) => {
    encoder.addEventListener('dequeue', resolve, { once: true });
    setTimeout(resolve, 100);
  });
}

const channel = new MessageChannel();
channel.port1.start();

/** Lets the page do what else there is to do. Not by a timer, which browsers delay in a tab that nobody looks at. */
function turn() {
  return new Promise((resolve) => {
    channel.port1.addEventListener('message', resolve, { once: true });
    channel.port2.postMessage(null);
  });
}
