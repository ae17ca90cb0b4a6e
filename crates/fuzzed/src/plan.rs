//! For pictures of any size, the scales of a run grow, have steps and end at the size of the result; tiles cover a picture once.

use arbitrary::{Arbitrary, Unstructured};
use options::{AdamOptions, Options, Schedule};
use picture::rect::{GRID, tiles};
use schedule::{Plan, tile_side};

#[derive(Arbitrary, Debug)]
struct Run {
    photo: (u16, u16),
    painting: (u16, u16),
    steps: u16,
    is_single: bool,
    finish_from: Option<u16>,
    tile: Option<u8>,
    most_at_once: u32,
    offset: (u8, u8),
}

/// Plans a run. Bytes that make no case are ignored.
///
/// # Panics
/// If a property does not hold.
pub fn plan(bytes: &[u8]) {
    if let Ok(run) = Run::arbitrary_take_rest(Unstructured::new(bytes)) {
        check(&run);
    }
}

fn check(run: &Run) {
    let side = |side: u16| usize::from(side % 4096).max(16);
    let photo = (side(run.photo.0), side(run.photo.1));
    let options = Options {
        steps: u32::from(run.steps),
        schedule: if run.is_single { Schedule::Single } else { Schedule::CoarseToFine },
        finish_from: run.finish_from.map(u32::from),
        tile: run.tile.map(|tile| u32::from(tile) * 16),
        adam: AdamOptions::default(),
        ..Options::default()
    };
    if options.validate().is_err() {
        return;
    }
    let plan = Plan::new(&options, photo, (side(run.painting.0), side(run.painting.1)));
    let scales = plan.scales();
    assert_eq!((plan.last().width, plan.last().height), photo);
    assert_eq!(scales.iter().map(|scale| scale.steps).sum::<u32>(), options.steps);
    for pair in scales.windows(2) {
        assert!(pair[0].width <= pair[1].width && pair[0].height <= pair[1].height, "{pair:?}");
    }
    for scale in scales {
        assert!(scale.steps >= 1 && scale.width >= 1 && scale.height >= 1, "{scale:?}");
        assert!(
            scale.learning_rate_factor.iter().all(|factor| factor.is_finite() && *factor > 0.0),
            "{scale:?}"
        );
    }
    assert!(plan.work(options.steps).is_finite());
    if let Some(side) = tile_side(&options, photo, run.most_at_once as usize) {
        let offset = |part: u8| usize::from(part) % (side / GRID) * GRID;
        let tiles = tiles(photo, side, (offset(run.offset.0), offset(run.offset.1)));
        let pixels: usize = tiles.iter().map(|tile| tile.inner.width * tile.inner.height).sum();
        assert_eq!(pixels, photo.0 * photo.1);
        for tile in tiles {
            assert!(
                tile.outer.x + tile.outer.width <= photo.0 && tile.outer.y + tile.outer.height <= photo.1
            );
            assert!(tile.inner.width <= side + GRID && tile.inner.height <= side + GRID, "{tile:?}");
        }
    }
}
