//! What must hold for input of every kind: a function each, which takes any bytes. libFuzzer feeds them (`cargo xtask fuzz`), and the
//! tests of this crate on a small scale.

mod link;
mod model;
mod pack;
mod pictures;
mod pixels;
mod plan;
mod recipe;
mod state;

pub use self::{
    link::link, model::model, pack::pack, pictures::pictures, pixels::pixels, plan::plan, recipe::recipe,
    state::state,
};
