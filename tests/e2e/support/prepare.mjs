// Makes what the tests' files share, before they run side by side: the pack of the full VGG-19, where there are weights for it.

import './pack.mjs';
