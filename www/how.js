// The page how.html: computes what layers of the network keep of a photo, what they take of a painting, and both at once, with the
// JavaScript library (packages/impasto).

const LAYERS = ['conv1_1', 'conv2_1', 'conv3_1', 'conv4_1', 'conv5_1'];
const asked = new URLSearchParams(location.search);
/** For tests: fewer pixels and steps. */
const quick = asked.has('quick');
/** The experiments: small, since a layer's pictures say as much then. */
const SMALL = quick ? { size: 64, steps: 20 } : { size: 128, steps: 60 };
const BOTH = quick ? { size: 64, steps: 20, look: 'texture' } : { size: 256, steps: 100, look: 'texture' };

const by = (id) => document.getElementById(id);
const [compute, progress, status, strength] = ['compute', 'progress', 'status', 'strength'].map(by);
const main = document.querySelector('main');

/** The pictures by their roles: the name of a sample, or a file of the visitor. */
const sources = { photo: null, painting: null };
const folders = { photo: 'photos', painting: 'styles' };
const address = (role, name) => `samples/${folders[role]}/${name}.jpg`;

/** A figure for each layer; returns what is to be computed for them. */
function experiments(row, mode, describe) {
  return LAYERS.map((layer) => {
    const figure = row.appendChild(document.createElement('figure'));
    const canvas = figure.appendChild(document.createElement('canvas'));
    [canvas.width, canvas.height] = [128, 85];
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', describe(layer));
    figure.appendChild(document.createElement('figcaption')).textContent = layer;
    return { canvas, options: { ...SMALL, mode: `${mode}=${layer}` } };
  });
}

/** All pictures of the page, in the order in which they are computed. */
const works = [
  ...experiments(by('contents'), 'content', (layer) => `What ${layer} keeps of the photo`),
  ...experiments(by('styles'), 'texture', (layer) => `The style of the painting, down to ${layer}`),
  { canvas: by('result'), options: BOTH, isBoth: true },
];

/** The run that goes on: its end can be asked for, and its strength be changed. */
let run = null;

function show(canvas, { width, height }, draw) {
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  draw(canvas.getContext('2d'));
}

/** The losses of a run as lines: a value for each step, over which the height is logarithmic. */
class Course {
  #steps = [];

  constructor() {
    by('losses').replaceChildren(...['content', 'style', 'variation'].map((kind) => {
      const line = document.createElementNS('http://www.w3.org/2000/svg', 'polyline');
      line.setAttribute('class', kind);
      return line;
    }));
  }

  add(step, steps, { content, style, tv }) {
    this.#steps.push({ step, content, style, variation: tv });
    const cells = document.querySelector('.how tbody tr').cells;
    [step, ...[content, style, tv].map((loss) => loss.toPrecision(3))].forEach((text, at) => { cells[at].textContent = text; });
    const values = this.#steps.flatMap(({ content, style, variation }) => [content, style, variation]).filter((value) => value > 0);
    // At least a decade is seen, at most five.
    const top = Math.log10(Math.max(...values));
    const bottom = Math.min(top - 1, Math.max(top - 5, Math.log10(Math.min(...values))));
    for (const line of by('losses').children) {
      const points = this.#steps.filter((one) => one[line.getAttribute('class')] > 0).map((one) => {
        const height = (Math.log10(one[line.getAttribute('class')]) - bottom) / (top - bottom);
        return `${(320 * one.step / steps).toFixed(1)},${(138 - 136 * Math.max(0, height)).toFixed(1)}`;
      });
      line.setAttribute('points', points.join(' '));
    }
  }
}

/** Paints one of the pictures. */
async function paint({ canvas, options, isBoth }, library, signal, done) {
  const course = isBoth && new Course();
  const job = library.stylize(sources.photo, sources.painting, {
    ...options, ...(isBoth && { strength: strength.valueAsNumber }), base: new URL('./', location), signal, engine: asked.get('engine') ?? 'auto',
    onPhase: ({ phase, bytes, total }) => {
      if (phase === 'engine') say('Loading the engine.');
      if (phase === 'network' && total) say(`Loading a network: ${Math.round(100 * bytes / total)} %.`);
    },
    onProgress: ({ step, steps, losses }) => {
      progress.value = done(step / steps);
      say(`${canvas.getAttribute('aria-label')}.`);
      if (course && losses) course.add(step, steps, losses);
    },
    onFrame: (frame) => show(canvas, frame, (context) => context.putImageData(frame, 0, 0)),
  });
  if (isBoth) run.job = job;
  const { bitmap } = await job;
  show(canvas, bitmap, (context) => context.drawImage(bitmap, 0, 0));
  bitmap.close();
}

/** Speaks only when there is something new: the same words again are not announced. */
function say(words) {
  if (status.textContent !== words) status.textContent = words;
}

/** Computes these pictures, one after the other, instead of those that are being computed. */
async function begin(wanted) {
  run?.abort.abort();
  const mine = { abort: new AbortController(), job: null };
  run = mine;
  main.dataset.state = 'computing';
  compute.textContent = 'Stop';
  [progress.hidden, progress.value] = [false, 0];
  const work = ({ options: { size, steps } }) => size * size * steps;
  const all = wanted.reduce((sum, one) => sum + work(one), 0);
  let made = 0;
  let [state, words] = ['done', 'Computed. Choose another photo or painting, or move the strength.'];
  try {
    const library = await import('./library/index.js');
    const { engine } = await library.supports();
    if (!engine) throw new Error('This browser has neither WebGPU nor WebAssembly with SIMD: a newer one can compute this');
    for (const one of wanted) {
      await paint(one, library, mine.abort.signal, (part) => (made + part * work(one)) / all);
      made += work(one);
    }
  } catch (error) {
    [state, words] = mine.abort.signal.aborted ? ['stopped', 'Stopped.'] : ['failed', `It did not work: ${error.message}.`];
  }
  // Another run may have begun.
  if (run !== mine) return;
  run = null;
  progress.hidden = true;
  compute.textContent = 'Compute the pictures below';
  main.dataset.state = state;
  say(words);
}

/** Takes a picture; what is being computed of another one ends. */
function choose(role, picture, title, seen) {
  sources[role] = picture;
  const image = by(`${role}-seen`);
  if (image.src.startsWith('blob:')) URL.revokeObjectURL(image.src);
  [image.src, image.alt] = [seen, `The ${role}: ${title}`];
  run?.abort.abort();
}

for (const role of ['photo', 'painting']) {
  const list = by(role);
  const sample = () => choose(role, address(role, list.value), list.selectedOptions[0].textContent, address(role, list.value));
  // As in a link to the page that paints.
  const name = asked.get(role);
  if ([...list.options].some(({ value }) => value === name)) list.value = name;
  sample();
  list.addEventListener('change', sample);
  by(`own-${role}`).addEventListener('change', ({ target }) => {
    const [file] = target.files;
    if (file) choose(role, file, file.name, URL.createObjectURL(file));
    // The same file may be chosen again.
    target.value = '';
  });
}

compute.addEventListener('click', () => {
  if (run) run.abort.abort();
  else begin(works);
});
strength.addEventListener('input', () => { if (run?.job) run.job.strength = strength.valueAsNumber; });
// Later it asks for the last picture anew.
strength.addEventListener('change', () => { if (!run && main.dataset.state === 'done') begin(works.filter(({ isBoth }) => isBoth)); });
