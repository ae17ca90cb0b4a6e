// Turns whatever is a picture in a browser into a file, which is what the engine takes.

import { ImpastoError } from './errors.js';

const wrong = (message, cause) => new ImpastoError('input', message, { cause });

/** The address of something, relative to the page. */
export const absolute = (address) => new URL(address, globalThis.document?.baseURI ?? globalThis.location?.href);

/** The kind of an object, also of one from another frame, of which it is no instance here. */
const kindOf = (value) => Object.prototype.toString.call(value).slice(8, -1);

/**
 * A promise of the file of a picture; `what` names it in errors. Pixels are copied at once: the canvas may be painted over
 * and the bitmap closed afterwards.
 */
export function fileOf(picture, what, signal) {
  const kind = kindOf(picture);
  switch (kind) {
    case 'Blob':
    case 'File':
      return Promise.resolve(picture);
    case 'String':
    case 'URL':
      return load(String(picture), what, signal);
    case 'HTMLImageElement':
      return ofImage(picture, what);
    case 'ImageData':
      return drawn(what, picture, (context) => context.putImageData(picture, 0, 0));
    case 'ImageBitmap':
    case 'HTMLCanvasElement':
    case 'OffscreenCanvas':
      return drawn(what, picture, (context) => context.drawImage(picture, 0, 0));
    default:
      return Promise.reject(wrong(`${what} is no picture but ${kind}: give a Blob, File, address, ImageData, ImageBitmap, canvas or image element`));
  }
}

async function load(address, what, signal) {
  let url;
  try {
    url = absolute(address);
  } catch (error) {
    throw wrong(`${what}: "${address}" is no address`, error);
  }
  const { href } = url;
  const shown = href.length > 200 ? `${href.slice(0, 200)}…` : href;
  let response;
  try {
    response = await fetch(href, { signal });
  } catch (error) {
    // Browsers do not tell a refusal from a missing connection.
    throw wrong(`${what} could not be loaded from ${shown}: look at the connection, and whether its host allows this page to read it (CORS)`, error);
  }
  if (!response.ok) throw wrong(`${what} could not be loaded from ${shown}: its host says ${response.status}`);
  return response.blob();
}

async function ofImage(image, what) {
  if (!image.complete || !image.naturalWidth) {
    await image.decode().catch((error) => { throw wrong(`${what}: the image has not loaded`, error); });
  }
  const size = { width: image.naturalWidth, height: image.naturalHeight };
  return drawn(what, size, (context) => context.drawImage(image, 0, 0, size.width, size.height));
}

/** The file of a canvas of this size after `draw`, which runs before this function returns. */
async function drawn(what, { width, height }, draw) {
  if (!(width > 0 && height > 0)) throw wrong(`${what} is ${width}×${height} pixels, or its pixels were given away`);
  let canvas;
  try {
    canvas = new OffscreenCanvas(width, height);
    draw(canvas.getContext('2d'));
    return await canvas.convertToBlob({ type: 'image/png' });
  } catch (error) {
    if (error.name !== 'SecurityError') throw wrong(`${what} cannot be read (${error.message})`, error);
    throw wrong(`${what} contains pixels of another origin: set crossorigin="anonymous" on the image, whose host must allow it (CORS)`, error);
  }
}

/** The file of these pixels, of this type. */
export async function encoded(pixels, type, quality) {
  const canvas = new OffscreenCanvas(pixels.width, pixels.height);
  canvas.getContext('2d').putImageData(pixels, 0, 0);
  return canvas.convertToBlob({ type, quality });
}
