import { useState } from 'react';
import 'impasto/element';

/** A demonstration from a site of Impasto: nothing is loaded before the reader presses its button. */
export function Demo({ photo, painting, size }) {
  const [status, setStatus] = useState('');
  return (
    <figure>
      <impasto-demo
        base="https://impasto.example/" photo={photo} painting={painting} size={size} steps={40}
        onimpasto-progress={({ detail }) => setStatus(`Step ${detail.step} of ${detail.steps}`)}
        onimpasto-done={({ detail }) => setStatus(`Painted in ${detail.step} steps`)}
      />
      <figcaption role="status">{status}</figcaption>
    </figure>
  );
}
