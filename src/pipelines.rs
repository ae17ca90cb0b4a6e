//! Lists the GPU kernels of a run before it begins.
//!
//! A pipeline is made when its kernel is launched first, one after the other, and takes up to seconds. A browser can make
//! them in advance and side by side, given their texts.

use options::{Color, Options, Schedule};
use picture::{Picture, Size, size_to_fit};
use schedule::Plan;

use crate::{
    Sources, StyleTransfer, Vgg,
    kernels::{
        listing::{list, listed},
        runs_wgsl,
    },
};

/// The long side in pixels up to which [`likely_sizes`] go: a list reserves memory as a run does.
const LARGEST: usize = 512;

/// The texts of kernels: WGSL with the entry point `main`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    /// All, in the order of their first launch.
    pub all: Vec<String>,
    /// How many of them, the first, give the targets and the first frame.
    pub before_steps: usize,
}

/// The kernels that a run at this one size, in pixels, launches until the frame after its first step. Nothing is computed, and
/// nothing is waited for.
///
/// The photo and the painting are taken to have this size, and no masks: other kernels, all small, are left out. The list is
/// empty if the options are invalid without masks.
pub fn texts(vgg: &Vgg, (width, height): (usize, usize), options: &Options) -> Texts {
    if !runs_wgsl(vgg.device()) {
        return Texts::default();
    }
    let options = Options { schedule: Schedule::Single, color: Color::Painting, ..options.clone() };
    let noise = Picture::noise(width, height, 0);
    let mut before_steps = 0;
    let all = list(async {
        let mut transfer = StyleTransfer::new(vgg.clone(), &noise, &noise, &options).await?;
        transfer.frame().await?;
        before_steps = listed();
        transfer.step().await?;
        transfer.frame().await
    });
    Texts { all, before_steps }
}

/// The size of the first scale of a run, in pixels.
pub fn first_size(sources: &Sources, options: &Options) -> (usize, usize) {
    sizes(options, sources.subject.photo.size(), sources.least_painting())[0]
}

/// The sizes in pixels through which a run would go whose pictures are not chosen yet, the first scale's first.
pub fn likely_sizes(options: &Options) -> Vec<(usize, usize)> {
    let long = match options.size {
        Size::LongSide(long) => long as usize,
        Size::Original => return Vec::new(),
    };
    // Most cameras' format.
    let photo = size_to_fit((3000, 2000), long);
    let mut sizes = sizes(options, photo, photo);
    sizes.retain(|(width, height)| *width.max(height) <= LARGEST);
    sizes
}

fn sizes(options: &Options, photo: (usize, usize), painting: (usize, usize)) -> Vec<(usize, usize)> {
    let plan = Plan::new(options, photo, painting);
    plan.scales().iter().map(|scale| (scale.width, scale.height)).collect()
}
