//! Predicts how long a run takes, from the paces that were measured, and which size suits a machine.

use options::{Engine, Options};
use picture::{Size, size_to_fit};
use schedule::Plan;

/// The time in seconds that a run takes at a suitable size.
const PATIENCE: f64 = 20.0;
/// The suitable sizes: their least and their largest long side in pixels, and the step between them.
const SUITABLE: (u32, u32, u32) = (256, 1024, 32);
/// The width and height of a photo that is not known yet, as most cameras have it.
const USUAL: (usize, usize) = (3000, 2000);

/// The paces of this visit: the latest of each network on each engine, in seconds of a step for a million pixels.
#[derive(Clone, Debug, Default)]
pub struct Paces(Vec<(Engine, String, f64)>);

impl Paces {
    /// Takes a measurement with the network of this folder. One that is no positive number is ignored.
    pub fn remember(&mut self, engine: Engine, pack: &str, pace: f64) {
        if pace.is_finite() && pace > 0.0 {
            self.0.retain(|(other, name, _)| *other != engine || name != pack);
            self.0.push((engine, pack.to_owned(), pace));
        }
    }

    /// The pace of a network on an engine, if it was measured.
    pub fn of(&self, engine: Engine, pack: &str) -> Option<f64> {
        self.0.iter().find(|(other, name, _)| *other == engine && name == pack).map(|(.., pace)| *pace)
    }
}

/// A million pixels per step, over all steps of a run with these options on a photo of this size (width, height).
pub fn work(options: &Options, photo: Option<(usize, usize)>) -> f64 {
    let photo = photo.unwrap_or(USUAL);
    let size = match options.size {
        Size::LongSide(side) => size_to_fit(photo, side as usize),
        Size::Original => photo,
    };
    Plan::new(options, size, size).work(options.steps) * millions(size)
}

/// The number of pixels of a picture of this size, in millions.
pub fn millions((width, height): (usize, usize)) -> f64 {
    (width * height) as f64 / 1e6
}

/// The largest long side whose run takes no more than 20 seconds at this pace, from 256 to 1024 pixels, and not beyond the photo,
/// which is not enlarged.
pub fn suitable_size(pace: f64, options: &Options, photo: Option<(usize, usize)>) -> u32 {
    let (least, largest, step) = SUITABLE;
    let (width, height) = photo.unwrap_or(USUAL);
    let largest = largest.min(width.max(height) as u32);
    let mut size = least;
    while size < largest {
        let next = Options { size: Size::LongSide(size + step), ..options.clone() };
        if pace * work(&next, photo) > PATIENCE {
            break;
        }
        size += step;
    }
    size
}

#[cfg(test)]
mod tests {
    use options::Schedule;

    use super::*;

    fn options(size: u32, steps: u32) -> Options {
        Options { size: Size::LongSide(size), steps, ..Options::default() }
    }

    #[test]
    fn the_work_counts_steps_by_their_pixels() {
        let photo = Some((3000, 2000));
        let single = Options { schedule: Schedule::Single, ..options(300, 50) };
        assert!((work(&single, photo) - 50.0 * 0.06).abs() < 1e-12);
        assert!((work(&single, None) - 50.0 * 0.06).abs() < 1e-12);
        // From coarse to fine it is less.
        let fine = Options { schedule: Schedule::CoarseToFine, ..single.clone() };
        assert!((0.5..0.8).contains(&(work(&fine, photo) / work(&single, photo))));
        // No picture is enlarged.
        assert!((work(&single, Some((100, 100))) - 50.0 * 0.01).abs() < 1e-12);
    }

    #[test]
    fn a_size_suits_a_machine_that_paints_it_in_twenty_seconds() {
        let photo = Some((3000, 2000));
        for (pace, due) in [(0.001, 1024), (0.59, 1024), (f64::INFINITY, 256), (1e6, 256)] {
            assert_eq!(suitable_size(pace, &options(256, 100), photo), due, "{pace}");
        }
        for pace in [0.8, 1.0, 2.0, 4.0] {
            let size = suitable_size(pace, &options(64, 100), photo);
            assert!((288..1024).contains(&size) && size.is_multiple_of(32), "{size}");
            let takes = |size| pace * work(&options(size, 100), photo);
            assert!(takes(size) <= 20.0 && takes(size + 32) > 20.0, "{size} for {pace}");
        }
        assert_eq!(
            [100, 500, 512].map(|side| suitable_size(0.001, &options(256, 100), Some((side, 90)))),
            [256, 512, 512]
        );
        // A square photo has more pixels, and more steps take longer.
        assert!(
            suitable_size(1.0, &options(256, 100), Some((900, 900)))
                < suitable_size(1.0, &options(256, 100), photo)
        );
        assert!(
            suitable_size(1.0, &options(256, 200), photo) < suitable_size(1.0, &options(256, 100), photo)
        );
    }

    #[test]
    fn the_latest_pace_of_each_network_and_engine_counts() {
        let mut paces = Paces::default();
        assert_eq!(paces.of(Engine::Gpu, "fast"), None);
        paces.remember(Engine::Gpu, "fast", 2.0);
        paces.remember(Engine::Gpu, "tiny", 1.0);
        paces.remember(Engine::Cpu, "fast", 9.0);
        paces.remember(Engine::Gpu, "fast", 3.0);
        for nonsense in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            paces.remember(Engine::Gpu, "fast", nonsense);
        }
        let found =
            [(Engine::Gpu, "fast"), (Engine::Gpu, "tiny"), (Engine::Cpu, "fast"), (Engine::Cpu, "tiny")]
                .map(|(engine, pack)| paces.of(engine, pack));
        assert_eq!(found, [Some(3.0), Some(1.0), Some(9.0), None]);
    }
}
