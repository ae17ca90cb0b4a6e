//! Checks regions with a real network: masks, transparency, several paintings, and evaluation in tiles.

use crate::samples::{sample, tiny};
use impasto::{
    Error, device,
    sources::{Painting, Sources, Subject},
    transfer::StyleTransfer,
};
use options::{Experiment, Init, Optimizer, Options, Padding, Schedule, StyleLoss, Turns};
use picture::{Frame, Losses, Picture, mask::Mask, rect::Rect};
use pollster::block_on;
use weights::Layer;

fn photo(long_side: u32) -> Picture {
    sample("photos/cat.jpg", long_side)
}

/// A print with large forms and a painting with short strokes.
fn paintings(long_side: u32) -> [Picture; 2] {
    ["styles/hokusai-great-wave.jpg", "styles/van-gogh-village-street-in-auvers.jpg"]
        .map(|path| sample(path, long_side))
}

fn blend(photo: Picture, paintings: impl IntoIterator<Item = (Picture, f32)>) -> Sources {
    let paintings = paintings.into_iter().map(|(picture, weight)| Painting::opaque(picture, weight));
    Sources {
        subject: Subject { photo, opacity: None, mask: None, content_map: None },
        paintings: paintings.collect(),
    }
}

/// White on the left, black on the right.
fn left_half(picture: &Picture) -> Mask {
    let (width, height) = picture.size();
    let values = (0..width * height).map(|at| f32::from(at % width < width / 2)).collect();
    Mask::new(width, height, values).unwrap()
}

fn start(sources: Sources, options: &Options) -> StyleTransfer {
    block_on(StyleTransfer::of(tiny(&device::cpu()), sources, options)).unwrap()
}

fn paint(sources: Sources, options: &Options) -> Frame {
    let mut transfer = start(sources, options);
    while transfer.steps() < options.steps {
        block_on(transfer.next_scale()).unwrap();
        block_on(transfer.step()).unwrap();
    }
    block_on(transfer.frame()).unwrap()
}

fn picture(frame: &Frame) -> Picture {
    Picture::from_rgba8(frame.width, frame.height, &frame.rgba).unwrap()
}

/// The mean square distance of a part of a picture from the same part of another.
fn distance(of: &Picture, from: &Picture, part: Rect) -> f32 {
    let [of, from] = [of, from].map(|picture| picture.crop(part));
    of.rgb().iter().zip(from.rgb()).map(|(a, b)| (a - b).powi(2)).sum::<f32>() / of.rgb().len() as f32
}

/// The losses of a picture, as if it had been painted from a photo and one painting.
fn losses(of: &Picture, photo: &Picture, painting: &Picture) -> Losses {
    losses_by(StyleLoss::Gram, of, photo, painting)
}

fn losses_by(style_loss: StyleLoss, of: &Picture, photo: &Picture, painting: &Picture) -> Losses {
    let options = Options { style_loss, schedule: Schedule::Single, ..Options::default() };
    let mut transfer = start(Sources::new(photo.clone(), painting.clone()), &options);
    block_on(transfer.loss_and_gradient(of)).unwrap().0
}

#[test]
fn what_the_mask_protects_stays_the_photo_to_the_last_bit() {
    for (optimizer, init) in
        [(Optimizer::Adam, Init::Content), (Optimizer::Adam, Init::Noise), (Optimizer::Lbfgs, Init::Mixture)]
    {
        let options = Options { steps: 12, optimizer, init, ..Options::default() };
        let photo = photo(184);
        let mut sources = Sources::new(photo.clone(), paintings(184)[0].clone());
        sources.subject.mask = Some(left_half(&photo));
        let frame = paint(sources, &options);
        let (width, _) = photo.size();
        let mut changed = 0;
        for (at, (found, due)) in frame.rgba.chunks(4).zip(photo.to_rgba8().chunks(4)).enumerate() {
            if at % width >= width / 2 {
                assert_eq!(found, due, "pixel {at} with {optimizer:?} from {init:?}");
            } else {
                changed += usize::from(found != due);
            }
        }
        assert!(changed > photo.width() * photo.height() / 3, "{changed} pixels were painted");
    }
}

#[test]
fn a_content_map_keeps_more_of_the_photo_where_it_is_white_and_less_where_it_is_black() {
    let photo = photo(184);
    let (width, height) = photo.size();
    let paint = |map: Option<Mask>, options: &Options| {
        let mut sources = Sources::new(photo.clone(), paintings(184)[0].clone());
        sources.subject.content_map = map;
        picture(&paint(sources, options))
    };
    for (optimizer, style_loss, schedule) in [
        (Optimizer::Adam, StyleLoss::Gram, Schedule::CoarseToFine),
        (Optimizer::Adam, StyleLoss::Neighbors, Schedule::CoarseToFine),
        (Optimizer::Lbfgs, StyleLoss::Gram, Schedule::Single),
    ] {
        let options = Options { steps: 24, optimizer, style_loss, schedule, ..Options::default() };
        let (plain, mapped) = (paint(None, &options), paint(Some(left_half(&photo)), &options));
        let ratio = |x: usize| {
            // Without the columns beside the edge of the map.
            let part = Rect { x, y: 0, width: width / 2 - 16, height };
            distance(&mapped, &photo, part) / distance(&plain, &photo, part)
        };
        let (kept, free) = (ratio(0), ratio(width / 2 + 16));
        println!("{optimizer:?}, {style_loss:?}: {kept} and {free} times as far from the photo");
        assert!(kept < 0.85 && free > 1.1, "{optimizer:?}, {style_loss:?}: {kept} and {free}");
    }
    // Mid grey is as no map at all.
    let options = Options { steps: 8, ..Options::default() };
    let grey = Mask::new(width, height, vec![0.5; width * height]).unwrap();
    assert!(paint(Some(grey), &options) == paint(None, &options));
}

#[test]
fn each_half_gets_the_style_that_the_mask_gives_it() {
    let options = Options { steps: 40, content_weight: 0.02, ..Options::default() };
    let photo = photo(160);
    let [first, second] = paintings(160);
    let mut sources = blend(photo.clone(), [(first.clone(), 1.0), (second.clone(), 1.0)]);
    sources.subject.mask = Some(left_half(&photo));
    let painted = picture(&paint(sources, &options));
    let (width, height) = photo.size();
    let half = width / 2;
    for (x, own, other) in [(0, &first, &second), (width - half, &second, &first)] {
        let part = Rect { x, y: 0, width: half, height };
        let style = |painting| losses(&painted.crop(part), &photo.crop(part), painting).style;
        let (own, other) = (style(own), style(other));
        assert!(own < 0.6 * other, "at {x}: {own} to its own painting, {other} to the other one");
    }
}

#[test]
fn a_blend_comes_nearer_to_all_of_its_paintings_by_their_weights() {
    let options =
        Options { steps: 30, content_weight: 0.02, schedule: Schedule::Single, ..Options::default() };
    let photo = photo(128);
    let [first, second] = paintings(128);
    let style =
        |frame: &Frame| [&first, &second].map(|painting| losses(&picture(frame), &photo, painting).style);
    let before = [&first, &second].map(|painting| losses(&photo, &photo, painting).style);
    let painted = |a, b| paint(blend(photo.clone(), [(first.clone(), a), (second.clone(), b)]), &options);
    let even = style(&painted(1.0, 1.0));
    assert!(even[0] < before[0] && even[1] < before[1], "{even:?} from {before:?}");
    let rather_first = style(&painted(4.0, 1.0));
    assert!(rather_first[0] < even[0] && rather_first[1] > even[1], "{rather_first:?} and {even:?}");

    // The same painting twice is that painting.
    let twice = paint(blend(photo.clone(), [(first.clone(), 1.0), (first.clone(), 3.0)]), &options);
    let once = paint(Sources::new(photo.clone(), first.clone()), &options);
    let difference = twice.rgba.iter().zip(&once.rgba).map(|(a, b)| a.abs_diff(*b)).max();
    assert!(difference <= Some(2), "{difference:?}");
}

#[test]
fn moments_come_near_if_they_are_what_the_style_loss_compares() {
    let photo = photo(128);
    for painting in &paintings(128) {
        let [by_gram, by_moments] = [StyleLoss::Gram, StyleLoss::Moments].map(|style_loss| {
            let options = Options { steps: 40, content_weight: 0.02, style_loss, ..Options::default() };
            let painted = picture(&paint(Sources::new(photo.clone(), painting.clone()), &options));
            [StyleLoss::Gram, StyleLoss::Moments].map(|by| losses_by(by, &painted, &photo, painting).style)
        });
        println!(
            "Gram matrices and moments are off by {by_gram:?}, and by {by_moments:?} if the latter are compared"
        );
        assert!(by_moments[1] < 0.6 * by_gram[1], "moments: {by_moments:?} and {by_gram:?}");
        assert!(by_moments[0] < 1.2 * by_gram[0], "a Gram matrix follows: {by_moments:?} and {by_gram:?}");
    }
}

/// The distance of a picture's features from the nearest ones of a painting, and nothing else.
fn distance_from_neighbors(neighbors_turns: Turns, of: &Picture, painting: &Picture) -> f32 {
    let options = Options {
        style_loss: StyleLoss::Neighbors,
        neighbors_turns,
        style_layers: Vec::new(),
        schedule: Schedule::Single,
        ..Options::default()
    };
    let mut transfer = start(Sources::new(of.clone(), painting.clone()), &options);
    block_on(transfer.loss_and_gradient(of)).unwrap().0.style
}

#[test]
fn neighbors_come_near_if_they_are_what_the_style_loss_compares() {
    let photo = photo(128);
    for painting in &paintings(128) {
        let [by_gram, by_neighbors] = [StyleLoss::Gram, StyleLoss::Neighbors].map(|style_loss| {
            let options = Options { steps: 40, content_weight: 0.02, style_loss, ..Options::default() };
            let painted = picture(&paint(Sources::new(photo.clone(), painting.clone()), &options));
            distance_from_neighbors(Turns::None, &painted, painting)
        });
        println!("{by_gram} from the neighbours, and {by_neighbors} if they are compared");
        assert!(by_neighbors < 0.8 * by_gram, "{by_neighbors} and {by_gram}");
    }
}

#[test]
fn a_painting_that_is_turned_has_its_neighbors_in_the_other_orientations() {
    let [painting, _] = paintings(128);
    let turned = painting.turned();
    let [upright, all] =
        [Turns::None, Turns::Quarters].map(|turns| distance_from_neighbors(turns, &turned, &painting));
    println!("{upright} from the painting as it hangs, {all} from all its orientations");
    // What is left lies at the borders: a painting's odd rows are dropped.
    assert!(all < 0.3 * upright, "{all} and {upright}");
}

/// Each half is compared with its own painting, and with L-BFGS the positions stay.
#[test]
fn neighbors_are_those_of_the_region_and_lbfgs_never_gets_worse() {
    let photo = photo(160);
    let [first, second] = paintings(160);
    let mut sources = blend(photo.clone(), [(first.clone(), 1.0), (second.clone(), 1.0)]);
    sources.subject.mask = Some(left_half(&photo));
    let options = Options {
        steps: 30,
        content_weight: 0.01,
        style_loss: StyleLoss::Neighbors,
        optimizer: Optimizer::Lbfgs,
        schedule: Schedule::Single,
        ..Options::default()
    };
    let mut transfer = start(sources, &options);
    let mut last = f32::MAX;
    for _ in 0..options.steps {
        block_on(transfer.step()).unwrap();
        let loss = block_on(transfer.losses()).unwrap().total;
        assert!(loss <= last * 1.00001, "{loss} after {last}");
        last = loss;
    }
    let painted = picture(&block_on(transfer.frame()).unwrap());
    let (width, height) = photo.size();
    let half = width / 2;
    for (x, own, other) in [(0, &first, &second), (width - half, &second, &first)] {
        let part = painted.crop(Rect { x, y: 0, width: half, height });
        let [own, other] = [own, other].map(|painting| distance_from_neighbors(Turns::None, &part, painting));
        println!("at {x}: {own} from its own painting, {other} from the other one");
        assert!(own < 0.9 * other, "at {x}: {own} from its own painting, {other} from the other one");
    }
}

/// Two paintings in one region: their features together are the targets.
#[test]
fn the_nearest_feature_may_be_in_any_of_the_paintings() {
    let photo = photo(96);
    let [first, second] = paintings(96);
    let options = Options {
        style_loss: StyleLoss::Neighbors,
        style_layers: Vec::new(),
        schedule: Schedule::Single,
        ..Options::default()
    };
    let distance = |paintings: &[&Picture]| {
        let sources = blend(photo.clone(), paintings.iter().map(|&painting| (painting.clone(), 1.0)));
        block_on(start(sources, &options).loss_and_gradient(&first.resize(photo.width(), photo.height())))
            .unwrap()
            .0
            .style
    };
    let (both, own, other) = (distance(&[&first, &second]), distance(&[&first]), distance(&[&second]));
    // The painting itself has no distance from its own features, and hardly any from both paintings', which have another mean.
    assert!(own < 1e-3 && both < 0.2 * other, "{both} from both, {own} and {other} from one");
}

#[test]
fn the_result_is_as_transparent_as_the_photo() {
    let photo = photo(128);
    let opacity = left_half(&photo).resize(photo.width() / 2, photo.height() / 2);
    let opacity = opacity.resize(photo.width(), photo.height()); // with a soft edge
    let mut sources = Sources::new(photo.clone(), paintings(128)[0].clone());
    sources.subject.opacity = Some(opacity.clone());
    let frame = paint(sources, &Options { steps: 10, ..Options::default() });
    let mut seen = [0; 3];
    for (pixel, opacity) in frame.rgba.chunks(4).zip(opacity.values()) {
        assert_eq!(pixel[3], (255.0 * opacity).round() as u8);
        seen[usize::from(pixel[3] > 0) + usize::from(pixel[3] == 255)] += 1;
    }
    assert!(seen.iter().all(|&seen| seen > 0), "{seen:?} transparent, half and opaque pixels");
}

/// A painting, with as much white beside it that is transparent.
fn with_a_transparent_half(painting: &Picture) -> Painting {
    let (width, height) = painting.size();
    let rows = painting.rgb().chunks(3 * width);
    let rgb = rows.flat_map(|row| row.iter().copied().chain(vec![1.0; 3 * width])).collect();
    let picture = Picture::new(2 * width, height, rgb).unwrap();
    let opacity = left_half(&picture);
    Painting { picture, opacity: Some(opacity), weight: 1.0 }
}

#[test]
fn what_a_painting_does_not_show_is_not_its_style() {
    let (photo, [painting, _]) = (photo(128), paintings(128));
    let padded = with_a_transparent_half(&painting);
    for style_loss in [StyleLoss::Gram, StyleLoss::Moments, StyleLoss::Neighbors] {
        let style = |painting: Painting, tile| {
            let options = Options {
                style_loss,
                tile,
                neighbors_turns: Turns::Quarters,
                schedule: Schedule::Single,
                ..Options::default()
            };
            let sources = Sources { paintings: vec![painting], ..blend(photo.clone(), []) };
            block_on(start(sources, &options).loss_and_gradient(&photo)).unwrap().0.style
        };
        let due = style(Painting::opaque(painting.clone(), 1.0), None);
        let found = style(padded.clone(), None);
        let white = style(Painting::opaque(padded.picture.clone(), 1.0), None);
        println!(
            "{style_loss}: {due} from the painting, {found} from its visible half, {white} with the white half"
        );
        // Features near the edge see the white.
        assert!(
            (found - due).abs() < 0.25 * (white - due).abs(),
            "{style_loss}: {found} for {due}, not {white}"
        );
        let tiled = style(padded.clone(), Some(96));
        assert!((tiled / found - 1.0).abs() < 0.01, "{style_loss}: {tiled} by tiles, {found} at once");
    }
}

#[test]
fn sources_that_do_not_fit_are_refused() {
    let photo = photo(64);
    let [first, second] = paintings(64);
    let mask = left_half(&photo);
    let with = |paintings: &[&Picture], mask: Option<Mask>| {
        let mut sources = blend(photo.clone(), paintings.iter().map(|&picture| (picture.clone(), 1.0)));
        sources.subject.mask = mask;
        sources
    };
    let black = Mask::new(photo.width(), photo.height(), vec![0.0; mask.values().len()]).unwrap();
    let mut misfit = with(&[&first], None);
    misfit.subject.content_map = Some(mask.resize(10, 10));
    let mut weightless = with(&[&first], None);
    weightless.paintings[0].weight = 0.0;
    let see_through = |opacity: Mask| {
        let mut sources = with(&[&first], None);
        sources.paintings[0].opacity = Some(opacity);
        sources
    };
    let nothing =
        Mask::new(first.width(), first.height(), vec![0.0; first.width() * first.height()]).unwrap();
    let cases = [
        (with(&[], None), "no painting"),
        (with(&[&first, &second, &first], Some(mask.clone())), "two paintings"),
        (with(&[&first], Some(mask.resize(10, 10))), "mask is 10×10"),
        (with(&[&first], Some(black)), "nothing to paint"),
        (misfit, "content map is 10×10"),
        (weightless, "weight of a painting"),
        (see_through(nothing.resize(10, 10)), "opacity is 10×10 pixels and the painting"),
        (see_through(nothing), "nothing of the painting is visible"),
    ];
    for (sources, words) in cases {
        match block_on(StyleTransfer::of(tiny(&device::cpu()), sources, &Options::default())) {
            Err(Error::Options(error)) => assert!(error.to_string().contains(words), "{error}"),
            other => panic!("{words}: {other:?}"),
        }
    }
}

#[test]
fn tiles_give_the_losses_and_the_gradient_of_the_whole() {
    let (photo, [painting, _]) = (photo(256), paintings(160));
    let at = Picture::noise(photo.width(), photo.height(), 1).mixed(&photo);
    let look = |tile| {
        let whole = Sources::new(photo.clone(), painting.clone());
        let mut half = whole.clone();
        half.subject.opacity = Some(left_half(&photo));
        let mut mapped = whole.clone();
        mapped.subject.content_map = Some(left_half(&photo));
        [
            (whole.clone(), StyleLoss::Gram, Padding::Zero),
            (whole.clone(), StyleLoss::Gram, Padding::Bleed),
            (half.clone(), StyleLoss::Gram, Padding::Zero),
            (half.clone(), StyleLoss::Moments, Padding::Bleed),
            (whole, StyleLoss::Neighbors, Padding::Zero),
            (half, StyleLoss::Neighbors, Padding::Zero),
            (mapped.clone(), StyleLoss::Gram, Padding::Zero),
            (mapped, StyleLoss::Gram, Padding::Bleed),
        ]
        .map(|(sources, style_loss, padding)| {
            let content_layers = vec![(Layer::Conv3_1, 0.5), (Layer::Conv4_2, 0.5)];
            let (schedule, padding) = (Schedule::Single, Some(padding));
            let options =
                Options { tile, style_loss, content_layers, padding, schedule, ..Options::default() };
            block_on(start(sources, &options).loss_and_gradient(&at)).unwrap()
        })
    };
    for ((whole, gradient), (tiled, by_tiles)) in look(None).into_iter().zip(look(Some(96))) {
        for (whole, tiled) in
            [(whole.content, tiled.content), (whole.style, tiled.style), (whole.tv, tiled.tv)]
        {
            assert!((tiled / whole - 1.0).abs() < 0.01, "{tiled} for {whole}");
        }
        let square = |values: &mut dyn Iterator<Item = f32>| values.map(|value| value * value).sum::<f32>();
        let off = square(&mut gradient.iter().zip(&by_tiles).map(|(a, b)| a - b));
        let error = (off / square(&mut gradient.iter().copied())).sqrt();
        println!("the gradient is off by {error}");
        assert!(error < 0.02, "the gradient is off by {error}");
    }
}

#[test]
fn tiles_leave_no_seams() {
    let (photo, [painting, _]) = (photo(192), paintings(192));
    let options = Options { steps: 12, tile: Some(80), schedule: Schedule::Single, ..Options::default() };
    let whole = Options { tile: None, ..options.clone() };
    let [tiled, whole] = [options, whole]
        .map(|options| picture(&paint(Sources::new(photo.clone(), painting.clone()), &options)));
    // Tiles end at multiples of 16 pixels, and so do the windows of the poolings in any picture. The check is whether
    // neighbours differ more across these columns than in a picture that was evaluated as a whole.
    let excess = |picture: &Picture| {
        let across = |at_edges: bool| {
            let (mut sum, mut count) = (0.0, 0);
            for row in picture.rgb().chunks(3 * picture.width()) {
                for x in (1..picture.width()).filter(|x| (x % 16 == 0) == at_edges) {
                    sum += (0..3).map(|c| (row[3 * x + c] - row[3 * x - 3 + c]).abs()).sum::<f32>();
                    count += 1;
                }
            }
            sum / count as f32
        };
        across(true) / across(false)
    };
    let (seams, usual) = (excess(&tiled), excess(&whole));
    println!("across edges of tiles {seams} times as much as elsewhere, {usual} where there are none");
    assert!(seams < usual + 0.02, "{seams} across possible edges of tiles, {usual} where there are none");
    let style = |painted: &Picture| losses(painted, &photo, &painting).total;
    let (tiled, whole) = (style(&tiled), style(&whole));
    assert!((tiled / whole - 1.0).abs() < 0.03, "a loss of {tiled} by tiles, {whole} at once");
}

#[test]
fn the_experiments_follow_one_loss_only() {
    let (photo, [painting, _]) = (photo(96), paintings(96));
    let paint = |mode: Experiment, sources: Sources| {
        let options = mode.of(Options { steps: 60, ..Options::default() });
        let mut transfer = start(sources, &options);
        let before = block_on(transfer.losses()).unwrap();
        while transfer.steps() < options.steps {
            block_on(transfer.step()).unwrap();
        }
        (before, block_on(transfer.evaluate()).unwrap())
    };
    // Without any painting.
    let (before, after) = paint(Experiment::Content(Layer::Conv2_1), blend(photo.clone(), []));
    assert!(after.content < 0.2 * before.content, "{after:?} from {before:?}");
    assert!(after.style.abs() < f32::EPSILON, "{after:?}");
    let (before, after) = paint(Experiment::Texture(Layer::Conv3_1), Sources::new(photo, painting));
    assert!(after.style < 0.2 * before.style, "{after:?} from {before:?}");
    assert!(after.content.abs() < f32::EPSILON, "{after:?}");
}
