//! Tests of the options: the defaults are valid, each error says what to do, and written values are read back.

use options::{
    AdamOptions, Color, Enlarged, Init, Optimizer, Options, OptionsError, Pooling, Pyramid, Schedule,
    StyleLoss, Turns, Until, WeightedLayer, format_layers, parse_layers,
};
use picture::Size;
use weights::Layer;

/// A part of the losses, one of its layers (`None` for the part as a whole), and how to set its weight.
type SetWeight = (&'static str, Option<Layer>, fn(&mut Options, f32));

/// The error of the default options with one change.
fn error_after(change: impl FnOnce(&mut Options)) -> OptionsError {
    let mut options = Options::default();
    change(&mut options);
    options.validate().expect_err("this change should be refused")
}

#[test]
fn the_defaults_are_valid_and_so_are_the_edges_of_each_range() {
    Options::default().validate().unwrap();
    Options {
        size: Size::LongSide(16),
        style_size: Some(Size::Original),
        steps: 1,
        content_weight: 0.0,
        tv_weight: 0.0,
        content_layers: vec![],
        adam: AdamOptions { learning_rate: f32::MIN_POSITIVE, beta1: 0.0, beta2: 0.0, epsilon: 1.0 },
        ..Options::default()
    }
    .validate()
    .unwrap();
    // A style weight of 0 reconstructs the photo, which is a valid run.
    Options { style_weight: 0.0, ..Options::default() }.validate().unwrap();
}

#[test]
fn sizes_below_sixteen_are_refused() {
    let error = error_after(|o| o.size = Size::LongSide(15));
    assert_eq!(error, OptionsError::SizeTooSmall { what: "size", side: 15 });
    assert!(error.to_string().contains("at least 16"), "{error}");
    let error = error_after(|o| o.style_size = Some(Size::LongSide(0)));
    assert_eq!(error, OptionsError::SizeTooSmall { what: "style size", side: 0 });

    Options::check_sides("photo", 16, 16).unwrap();
    let error = Options::check_sides("painting", 300, 15).unwrap_err();
    assert_eq!(error, OptionsError::PictureTooSmall { what: "painting", width: 300, height: 15 });
    assert!(error.to_string().contains("painting would be 300×15"), "{error}");
}

#[test]
fn zero_steps_are_refused() {
    assert_eq!(error_after(|o| o.steps = 0), OptionsError::NoSteps);
}

#[test]
fn weights_must_be_finite_and_not_negative() {
    for wrong in [-0.1, f32::NAN, f32::INFINITY] {
        let changes: [SetWeight; 5] = [
            ("content", None, |o, w| o.content_weight = w),
            ("style", None, |o, w| o.style_weight = w),
            ("tv", None, |o, w| o.tv_weight = w),
            ("content", Some(Layer::Conv4_2), |o, w| o.content_layers[0].1 = w),
            ("style", Some(Layer::Conv3_1), |o, w| o.style_layers[2].1 = w),
        ];
        for (part, layer, change) in changes {
            match error_after(|o| change(o, wrong)) {
                OptionsError::Weight { part: p, layer: l, value } => {
                    assert_eq!((p, l), (part, layer));
                    assert_eq!(value.to_bits(), wrong.to_bits());
                }
                other => panic!("{part} {layer:?} {wrong}: {other}"),
            }
        }
    }
    let error = error_after(|o| o.style_layers[1].1 = -2.0);
    assert_eq!(error.to_string(), "the style weight of conv2_1 is -2: choose 0 or more");
}

#[test]
fn a_run_without_any_goal_is_refused() {
    let changes: [fn(&mut Options); 3] = [
        |o| (o.content_layers, o.style_layers) = (vec![], vec![]),
        |o| (o.content_weight, o.style_weight) = (0.0, 0.0),
        |o| {
            o.content_layers[0].1 = 0.0;
            o.style_weight = 0.0;
        },
    ];
    for change in changes {
        assert_eq!(error_after(change), OptionsError::NothingToDo);
    }
}

#[test]
fn a_layer_may_stand_in_a_list_once() {
    let error = error_after(|o| o.style_layers.push((Layer::Conv1_1, 0.5)));
    assert_eq!(error, OptionsError::LayerTwice { part: "style", layer: Layer::Conv1_1 });
    // The same layer may be used for both losses.
    Options { content_layers: vec![(Layer::Conv1_1, 1.0)], ..Options::default() }.validate().unwrap();
}

#[test]
fn factors_and_constants_of_the_optimiser_must_be_in_range() {
    for wrong in [0.0, -1.0, f32::NAN, f32::INFINITY] {
        for (what, error) in [
            ("learning rate", error_after(|o| o.adam.learning_rate = wrong)),
            ("epsilon", error_after(|o| o.adam.epsilon = wrong)),
            ("content falloff", error_after(|o| o.content_falloff = wrong)),
        ] {
            assert!(matches!(error, OptionsError::NotPositive { what: w, .. } if w == what), "{error}");
        }
    }
    for wrong in [1.0, -0.1, f32::NAN, f32::INFINITY] {
        for (what, error) in [
            ("beta1", error_after(|o| o.adam.beta1 = wrong)),
            ("beta2", error_after(|o| o.adam.beta2 = wrong)),
        ] {
            assert!(matches!(error, OptionsError::Decay { what: w, .. } if w == what), "{error}");
        }
    }
}

#[test]
fn layer_lists_are_read_and_written() {
    use Layer::{Conv1_1, Conv2_1, Conv4_2};
    let cases: [(&str, &[WeightedLayer]); 4] = [
        ("conv4_2", &[(Conv4_2, 1.0)]),
        ("conv1_1=0.2,conv2_1=0.2", &[(Conv1_1, 0.2), (Conv2_1, 0.2)]),
        (" conv2_1 = 1e-3 , conv1_1", &[(Conv2_1, 0.001), (Conv1_1, 1.0)]),
        ("none", &[]),
    ];
    for (text, layers) in cases {
        assert_eq!(parse_layers(text).unwrap(), layers, "{text}");
        assert_eq!(parse_layers(&format_layers(layers)).unwrap(), layers, "{text}");
    }
    assert_eq!(format_layers(&[(Conv1_1, 0.2), (Conv2_1, 1.0)]), "conv1_1=0.2,conv2_1=1");
}

#[test]
fn layer_lists_that_cannot_be_read_say_why() {
    for (text, part) in [
        ("conv9_9", "there is no layer \"conv9_9\""),
        ("", "there is no layer \"\""),
        ("conv1_1,", "there is no layer \"\""),
        ("conv1_1=x", "\"x\" is no weight for conv1_1"),
        ("conv1_1=", "\"\" is no weight for conv1_1"),
        ("conv1_1=-1", "weight of conv1_1 is -1"),
        ("conv1_1=nan", "weight of conv1_1 is NaN"),
        ("conv1_1=inf", "weight of conv1_1 is inf"),
        ("conv1_1,conv1_1=2", "conv1_1 twice"),
    ] {
        let error = parse_layers(text).expect_err(text).to_string();
        assert!(error.contains(part), "{text}: {error}");
    }
}

#[test]
fn choices_are_read_and_written() {
    for (text, size) in [("original", Size::Original), ("256", Size::LongSide(256))] {
        assert_eq!(text.parse::<Size>().unwrap(), size);
        assert_eq!(size.to_string(), text);
    }
    for (text, style_loss) in
        [("gram", StyleLoss::Gram), ("moments", StyleLoss::Moments), ("neighbors", StyleLoss::Neighbors)]
    {
        assert_eq!(text.parse::<StyleLoss>().unwrap(), style_loss);
        assert_eq!(style_loss.to_string(), text);
    }
    for (text, pooling) in [("max", Pooling::Max), ("avg", Pooling::Avg)] {
        assert_eq!(text.parse::<Pooling>().unwrap(), pooling);
        assert_eq!(pooling.to_string(), text);
    }
    for (text, init) in [("content", Init::Content), ("noise", Init::Noise)] {
        assert_eq!(text.parse::<Init>().unwrap(), init);
        assert_eq!(init.to_string(), text);
    }
    for (text, color) in [
        ("painting", Color::Painting),
        ("match", Color::Match),
        ("keep", Color::Keep),
        ("luminance", Color::Luminance),
    ] {
        assert_eq!(text.parse::<Color>().unwrap(), color);
        assert_eq!(color.to_string(), text);
    }
    for (text, until) in [("steps", Until::Steps), ("level", Until::Level), ("0.05", Until::Loss(0.05))] {
        assert_eq!(text.parse::<Until>().unwrap(), until);
        assert_eq!(until.to_string(), text);
    }
    for (text, optimizer) in [("adam", Optimizer::Adam), ("lbfgs", Optimizer::Lbfgs)] {
        assert_eq!(text.parse::<Optimizer>().unwrap(), optimizer);
        assert_eq!(optimizer.to_string(), text);
    }
    for (text, schedule) in [("single", Schedule::Single), ("coarse-to-fine", Schedule::CoarseToFine)] {
        assert_eq!(text.parse::<Schedule>().unwrap(), schedule);
        assert_eq!(schedule.to_string(), text);
    }
    for wrong in ["-1", "12px", "", "Original", "99999999999"] {
        assert!(wrong.parse::<Size>().unwrap_err().to_string().contains("or original"), "{wrong}");
    }
    assert!("mean".parse::<Pooling>().unwrap_err().to_string().contains("max or avg"));
    assert!("fine".parse::<Schedule>().unwrap_err().to_string().contains("single or coarse-to-fine"));
    assert!("photo".parse::<Init>().unwrap_err().to_string().contains("content, noise or mixture"));
}

#[test]
fn options_survive_json_and_old_ones_get_the_defaults_of_new_knobs() {
    let options = Options {
        size: Size::Original,
        style_size: Some(Size::LongSide(300)),
        schedule: Schedule::Single,
        style_loss: StyleLoss::Moments,
        neighbors_weight: 0.5,
        neighbors_turns: Turns::Quarters,
        pyramid: Some(Pyramid::Off),
        finish_from: Some(200),
        enlarged: Enlarged::Picture,
        smooth_colors: 0,
        pooling: Pooling::Avg,
        init: Init::Noise,
        color: Color::Keep,
        until: Until::Loss(0.05),
        optimizer: Optimizer::Lbfgs,
        seed: 7,
        ..Options::default()
    };
    let json = serde_json::to_string(&options).unwrap();
    assert_eq!(serde_json::from_str::<Options>(&json).unwrap(), options);
    let sparse: Options = serde_json::from_str(r#"{"steps": 12}"#).unwrap();
    assert_eq!(sparse, Options { steps: 12, ..Options::default() });
}
