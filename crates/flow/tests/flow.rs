//! Tests the flow on real pictures whose motion is known.

use std::path::Path;

use flow::{Flow, flow, trust, warped};
use picture::{Picture, rect::Rect};

/// A sample of the repository with so many pixels on its long side.
fn sample(name: &str, side: usize) -> Picture {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../www/samples").join(name);
    let image = image::open(path).unwrap().into_rgba8();
    let (width, height) = (image.width() as usize, image.height() as usize);
    let picture = Picture::from_rgba8(width, height, &image).unwrap();
    picture.resize(side, side * height / width)
}

fn part(picture: &Picture, x: usize, y: usize) -> Picture {
    picture.crop(Rect { x, y, width: 96, height: 72 })
}

/// The mean distance from the true displacement, over all pixels that are not nearer than `margin` to an edge.
fn error(found: &Flow, margin: usize, wanted: impl Fn(f32, f32) -> (f32, f32)) -> f32 {
    let (width, height) = found.size();
    let mut all = Vec::new();
    for y in margin..height - margin {
        for x in margin..width - margin {
            let ((u, v), (u0, v0)) = (found.at(x, y), wanted(x as f32, y as f32));
            all.push((u - u0).hypot(v - v0));
        }
    }
    all.iter().sum::<f32>() / all.len() as f32
}

#[test]
fn a_shift_is_found() {
    for name in ["photos/cat.jpg", "photos/summer-palace.jpg", "photos/coffee.jpg"] {
        let photo = sample(name, 160);
        for (dx, dy) in [(0, 0), (1, 0), (3, -2), (-9, 5)] {
            let at = |dx: i32, dy: i32| part(&photo, (20 - dx) as usize, (16 - dy) as usize);
            let off = error(&flow(&at(0, 0), &at(dx, dy)), 12, |_, _| (dx as f32, dy as f32));
            assert!(off < 0.3, "{name}, by {dx}, {dy}: {off}");
        }
    }
}

/// The part in the middle of a photo, turned and enlarged about its centre, by four samples a pixel.
fn turned(photo: &Picture, angle: f32, zoom: f32) -> Picture {
    let (width, height) = photo.size();
    let (sin, cos) = angle.sin_cos();
    let value = |x: f32, y: f32, channel: usize| {
        let (left, top) = (x.floor() as usize, y.floor() as usize);
        let (across, down) = (x.fract(), y.fract());
        let at =
            |x: usize, y: usize| photo.rgb()[3 * (y.min(height - 1) * width + x.min(width - 1)) + channel];
        (1.0 - down) * ((1.0 - across) * at(left, top) + across * at(left + 1, top))
            + down * ((1.0 - across) * at(left, top + 1) + across * at(left + 1, top + 1))
    };
    let pixel = |at: usize| {
        // From the centre of the part, in pixels of it, each of which is four of the photo.
        let (x, y) = ((at % 96) as f32 - 47.5, (at / 96) as f32 - 35.5);
        let (x, y) = ((cos * x + sin * y) / zoom, (cos * y - sin * x) / zoom);
        let (x, y) = (width as f32 / 2.0 + 4.0 * x, height as f32 / 2.0 + 4.0 * y);
        let around = [(-1.0, -1.0), (1.0, -1.0), (-1.0, 1.0), (1.0, 1.0)];
        [0, 1, 2]
            .map(|channel| around.iter().map(|(dx, dy)| value(x + dx, y + dy, channel)).sum::<f32>() / 4.0)
    };
    Picture::new(96, 72, (0..96 * 72).flat_map(pixel).collect()).unwrap()
}

#[test]
fn a_turn_with_a_zoom_is_found() {
    for name in ["photos/cat.jpg", "photos/summer-palace.jpg"] {
        let photo = sample(name, 600);
        let (angle, zoom) = (0.04f32, 1.03f32);
        let found = flow(&turned(&photo, 0.0, 1.0), &turned(&photo, angle, zoom));
        let (sin, cos) = angle.sin_cos();
        let off = error(&found, 8, |x, y| {
            let (x, y) = (x - 47.5, y - 35.5);
            (zoom * (cos * x - sin * y) - x, zoom * (sin * x + cos * y) - y)
        });
        assert!(off < 0.3, "{name}: {off}");
    }
}

/// A still ground with a part of another photo before it, whose left edge is at `x`: columns `x` to `x + 30`, rows 20 to 50.
fn scene(x: usize) -> Picture {
    let (ground, thing) =
        (part(&sample("photos/summer-palace.jpg", 160), 20, 16), sample("photos/cat.jpg", 160));
    let mut rgb = ground.rgb().to_vec();
    for row in 20..50 {
        for column in 0..30 {
            let [to, from] = [3 * (row * 96 + x + column), 3 * ((row + 20) * 160 + column + 60)];
            rgb[to..to + 3].copy_from_slice(&thing.rgb()[from..from + 3]);
        }
    }
    Picture::new(96, 72, rgb).unwrap()
}

#[test]
fn what_was_hidden_is_not_trusted_and_the_rest_is() {
    let (before, now) = (scene(30), scene(35));
    let back = flow(&now, &before);
    let mask = trust(&back, &flow(&before, &now));
    let share = |columns: std::ops::Range<usize>, rows: std::ops::Range<usize>| {
        let all: Vec<f32> = rows
            .flat_map(|y| columns.clone().map(move |x| (x, y)))
            .map(|(x, y)| mask.values()[y * 96 + x])
            .collect();
        all.iter().sum::<f32>() / all.len() as f32
    };
    // Its left edge has moved from 30 to 35.
    assert!(share(31..35, 24..46) < 0.4, "the ground that appears: {}", share(31..35, 24..46));
    assert!(share(40..60, 26..44) > 0.9, "the thing: {}", share(40..60, 26..44));
    assert!(share(74..96, 0..72) > 0.9 && share(0..22, 0..72) > 0.9, "the ground beside it");
    let (u, v) = back.at(50, 35);
    assert!((u + 5.0).abs() < 0.3 && v.abs() < 0.3, "{u}, {v}");
    // Where it is trusted, the frame before explains the frame.
    let moved = warped(&before, &back);
    let off = |one: &Picture| {
        let pixels = one.rgb().iter().zip(now.rgb()).enumerate();
        let there = pixels.filter(|(at, _)| mask.values()[at / 3] > 0.0).map(|(_, (a, b))| (a - b).abs());
        there.sum::<f32>()
    };
    assert!(off(&moved) < 0.2 * off(&before), "{} of {}", off(&moved), off(&before));
}

#[test]
fn nothing_moves_in_a_still_film_of_any_size() {
    for (width, height) in [(1, 1), (3, 5), (1, 40), (40, 1), (17, 13), (33, 64)] {
        let frame = Picture::noise(width, height, 3);
        let found = flow(&frame, &frame);
        assert_eq!(found.size(), (width, height));
        assert!(error(&found, 0, |_, _| (0.0, 0.0)) < 1e-3, "{width}×{height}");
        assert!((trust(&found, &found).share() - 1.0).abs() < 1e-6, "{width}×{height}");
        let off = warped(&frame, &found)
            .rgb()
            .iter()
            .zip(frame.rgb())
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f32::max);
        assert!(off < 0.01, "{width}×{height}: {off}");
        // Another frame gives some flow, and nothing that is no number.
        let other = flow(&frame, &Picture::noise(width, height, 4));
        for at in 0..width * height {
            let (u, v) = other.at(at % width, at / width);
            assert!(u.is_finite() && v.is_finite());
        }
    }
}

#[test]
fn what_comes_from_outside_is_not_trusted() {
    let photo = sample("photos/cat.jpg", 160);
    let (before, now) = (part(&photo, 20, 16), part(&photo, 26, 16));
    let mask = trust(&flow(&now, &before), &flow(&before, &now));
    // The camera has moved to the right by six pixels.
    let column = |x: usize| (0..72).map(|y| mask.values()[y * 96 + x]).sum::<f32>() / 72.0;
    assert!((92..96).map(column).sum::<f32>() / 4.0 < 0.3);
    assert!((40..60).map(column).sum::<f32>() / 20.0 > 0.9);
}
