import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';

import { Demo } from './Demo.jsx';
import { Painting } from './Painting.jsx';

/** `?demo` shows the component that has the element in it, otherwise the one that uses the library. */
const hasElement = new URLSearchParams(location.search).has('demo');

function App() {
  const [size, setSize] = useState(64);
  const [isShown, setShown] = useState(true);
  const shown = hasElement
    ? <Demo photo="cat" painting="hokusai-great-wave" size={size} />
    : <Painting photo="photo.jpg" painting="painting.jpg" size={size} steps={20} />;
  return (
    <>
      <button onClick={() => setSize(size + 16)}>Larger</button>
      <button onClick={() => setShown(!isShown)}>{isShown ? 'Remove' : 'Show'}</button>
      {isShown && shown}
    </>
  );
}

createRoot(document.getElementById('root')).render(<StrictMode><App /></StrictMode>);
