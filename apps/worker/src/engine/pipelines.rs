//! Makes the pipelines of a run in advance: while pictures are being chosen, and before the first step.
//!
//! Burn makes a pipeline when its kernel is launched first, one after the other, which took most of the time until the
//! first step. Those that are requested in advance the browser compiles side by side. A run that begins meanwhile
//! waits only for its own. `www/worker.js` keeps them and hands them to Burn.

use impasto::{
    Vgg,
    pipelines::{Texts, texts},
};
use js_sys::Promise;
use options::Options;
use protocol::PackPlace;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// Defined in `www/worker.js`.
    #[wasm_bindgen(js_name = pipelinesAhead)]
    fn pipelines_ahead(texts: Vec<String>) -> Promise;
}

/// What the kernels of a run depend on.
#[derive(Clone, Debug, PartialEq)]
struct Kind {
    pack: PackPlace,
    size: (usize, usize),
    options: Options,
}

/// Pipelines that were requested. Each promise is fulfilled when they are there; none is rejected.
#[derive(Clone, Debug)]
pub struct Requested {
    /// Those of the targets and of the first frame.
    pub before_steps: Promise,
    /// All.
    pub all: Promise,
}

/// The pipelines that were requested so far.
#[derive(Debug, Default)]
pub struct Pipelines(Vec<(Kind, Requested)>);

impl Pipelines {
    /// The number of kinds of runs that are remembered.
    const MOST: usize = 32;

    /// Requests the pipelines of runs with this network, one of whose scales has this size in pixels.
    pub fn request(
        &mut self,
        pack: &PackPlace,
        vgg: &Vgg,
        size: (usize, usize),
        options: &Options,
    ) -> Requested {
        // No kernel depends on these.
        let options = Options { steps: 1, seed: 0, ..options.clone() };
        let kind = Kind { pack: pack.clone(), size, options };
        if let Some((_, requested)) = self.0.iter().find(|(known, _)| *known == kind) {
            return requested.clone();
        }
        let Texts { all, before_steps } = texts(vgg, size, &kind.options);
        // In the order of their use.
        let first = pipelines_ahead(all[..before_steps].to_vec());
        let requested = Requested { before_steps: first, all: pipelines_ahead(all) };
        self.0.truncate(Self::MOST - 1);
        self.0.insert(0, (kind, requested.clone()));
        requested
    }

    /// Forgets the requests: the algorithms of the networks, and thus their kernels, have changed.
    pub fn forget(&mut self) {
        self.0.clear();
    }
}
