import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';

import { Painting } from './Painting.jsx';

function App() {
  const [size, setSize] = useState(64);
  const [isShown, setShown] = useState(true);
  return (
    <>
      <button onClick={() => setSize(size + 16)}>Larger</button>
      <button onClick={() => setShown(!isShown)}>{isShown ? 'Remove' : 'Show'}</button>
      {isShown && <Painting photo="photo.jpg" painting="painting.jpg" size={size} steps={20} />}
    </>
  );
}

createRoot(document.getElementById('root')).render(<StrictMode><App /></StrictMode>);
