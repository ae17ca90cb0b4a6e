import { useEffect, useRef, useState } from 'react';
import { stylize } from 'impasto';

/** Paints `photo` in the manner of `painting`, again whenever one of them, `size` or `steps` changes. */
export function Painting({ photo, painting, size = 256, steps = 100 }) {
  const canvas = useRef(null);
  const [status, setStatus] = useState('');

  useEffect(() => {
    // Strict mode runs each effect twice: the first run is aborted before it has loaded anything that the second one needs again.
    const leaving = new AbortController();
    const { signal } = leaving;
    const paint = async () => {
      try {
        const { step } = await stylize(photo, painting, {
          base: 'impasto', size, steps, signal,
          onProgress: ({ step }) => setStatus(`Step ${step} of ${steps}`),
          onFrame: (picture) => {
            Object.assign(canvas.current, { width: picture.width, height: picture.height });
            canvas.current.getContext('2d').putImageData(picture, 0, 0);
          },
        });
        setStatus(`Painted in ${step} steps`);
      } catch (error) {
        if (!signal.aborted) setStatus(error.message);
      }
    };
    paint();
    return () => leaving.abort();
  }, [photo, painting, size, steps]);

  return (
    <figure>
      <canvas ref={canvas} width={0} height={0} />
      <figcaption role="status">{status}</figcaption>
    </figure>
  );
}
