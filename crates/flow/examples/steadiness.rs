//! Measures how steady a painted film is: how far each of its frames is from the one before, moved along the flow of the original
//! film, over the pixels where that is trusted.
//!
//! `cargo run -p flow --release --example steadiness -- ORIGINAL PAINTED…`: folders with frames as pictures, in the order of their
//! names, all of one size.

use std::{env, fs, path::Path};

use flow::{flow, trust, warped};
use picture::{Picture, mask::Mask};

fn frames(folder: &str) -> Vec<Picture> {
    let mut paths: Vec<_> = fs::read_dir(folder)
        .expect("a folder with frames")
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "png"))
        .collect();
    paths.sort();
    paths.iter().map(|path| opened(path)).collect()
}

fn opened(path: &Path) -> Picture {
    let image = image::open(path).expect("a picture").into_rgba8();
    Picture::from_rgba8(image.width() as usize, image.height() as usize, &image)
        .expect("a picture has pixels")
}

/// The mean difference of the trusted values, 0..1.
fn difference(one: &Picture, other: &Picture, trust: &Mask) -> f64 {
    let weights = trust.values().iter().flat_map(|&weight| [f64::from(weight); 3]);
    let values = one.rgb().iter().zip(other.rgb()).zip(weights);
    let (sum, all) = values.fold((0.0, 0.0), |(sum, all), ((one, other), weight)| {
        (sum + weight * f64::from((one - other).abs()), all + weight)
    });
    sum / f64::max(all, 1.0)
}

fn main() {
    let folders: Vec<String> = env::args().skip(1).collect();
    let films: Vec<Vec<Picture>> = folders.iter().map(|folder| frames(folder)).collect();
    let Some(original) = films.first().filter(|film| film.len() > 1) else {
        println!("folders with frames: of the original film, then of painted ones");
        return;
    };
    let mut sums = vec![0.0; films.len()];
    let mut trusted = 0.0;
    for (at, pair) in original.windows(2).enumerate() {
        let back = flow(&pair[1], &pair[0]);
        let mask = trust(&back, &flow(&pair[0], &pair[1]));
        trusted += f64::from(mask.share());
        for (sum, film) in sums.iter_mut().zip(&films) {
            *sum += difference(&film[at + 1], &warped(&film[at], &back), &mask);
        }
    }
    let pairs = (original.len() - 1) as f64;
    println!("trusted: {:.3}", trusted / pairs);
    for (folder, sum) in folders.iter().zip(sums) {
        println!("{folder}: {:.5}", sum / pairs);
    }
}
