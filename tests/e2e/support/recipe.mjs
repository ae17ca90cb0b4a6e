// Reads and writes the recipe in a PNG file: JSON in an iTXt chunk with the keyword "Impasto"
// (crates/options/src/recipe.rs).

const HEAD = Buffer.from('Impasto\0\0\0\0\0', 'latin1');

/** The recipe in the bytes of a PNG, or null. */
export function recipeOf(png) {
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    const kind = png.toString('latin1', at + 4, at + 8);
    const data = png.subarray(at + 8, at + 8 + length);
    if (kind === 'iTXt' && data.subarray(0, HEAD.length).equals(HEAD)) return JSON.parse(data.subarray(HEAD.length).toString('utf8'));
    at += length + 12;
  }
  return null;
}

/** A PNG with a recipe in it. The checksum is wrong: readers of text chunks do not verify it. */
export function withRecipe(png, recipe) {
  const data = Buffer.concat([HEAD, Buffer.from(JSON.stringify(recipe))]);
  const chunk = Buffer.alloc(12 + data.length);
  chunk.writeUInt32BE(data.length, 0);
  chunk.write('iTXt', 4, 'latin1');
  data.copy(chunk, 8);
  // After the signature (8 bytes) and the header (25 bytes).
  return Buffer.concat([png.subarray(0, 33), chunk, png.subarray(33)]);
}
