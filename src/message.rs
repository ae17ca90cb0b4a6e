//! What the page and the worker say to each other: plain data, tested natively.
//!
//! A [`Request`] goes from the page to the worker, an [`Event`] the other way. Both cross the border
//! as JSON text; what is big (a picture file, a frame's pixels) is *transferred* beside the text and
//! never passes through serde. The page's bridge is the only place that posts requests,
//! the worker's session the only one that posts events.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{options::Options, picture::Picture};

/// Which build this program is part of. A site may be updated while it is used: page and worker compare theirs.
pub const BUILD: &str = env!("IMPASTO_BUILD");

/// One run, from Paint to done, stopped or failed. What belongs to an older job is dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct JobId(pub u32);

impl JobId {
    /// The id of the next run.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// A picture that the visitor chose: equal ids mean the same file, so that nothing is decoded twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PictureId(pub u32);

/// Which build of the worker paints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Engine {
    /// Kernels on WebGPU.
    Gpu,
    /// Burn's CPU backend in WebAssembly.
    Cpu,
}

impl Engine {
    /// The name in URLs and in the page's `data-engine`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gpu => "gpu",
            Self::Cpu => "cpu",
        }
    }
}

/// What a run starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// As [`Options::init`] says.
    Afresh,
    /// An earlier run's picture, whose RGBA8 pixels are transferred beside the request.
    GoOn {
        /// How many steps that picture has behind it; this run counts on from there.
        step: u32,
        /// Its width in pixels.
        width: usize,
        /// Its height in pixels.
        height: usize,
    },
}

/// A painting that takes part in a run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Styled {
    /// Identifies the painting.
    pub picture: PictureId,
    /// How much of its style is in the blend, next to the others.
    pub weight: f32,
}

/// A mask over the photo; its weights, a byte for each pixel, travel beside the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Masked {
    /// Equal ids mean the same mask.
    pub id: u32,
    /// In pixels.
    pub width: usize,
    /// In pixels.
    pub height: usize,
}

/// Where a network's pack is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackPlace {
    /// The name of its folder in `weights/`; the worker takes plain names only
    /// ([`PackName`](crate::weights::PackName)).
    pub name: String,
    /// The whole address of its folder where that is not in the site's `weights/`.
    pub elsewhere: Option<String>,
}

/// What the page asks of the worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// Paint. The picture files travel beside it, unread.
    Paint {
        /// The page's number for this run.
        job: JobId,
        /// What the visitor chose.
        options: Box<Options>,
        /// The network.
        pack: PackPlace,
        /// Identifies the photo.
        content: PictureId,
        /// The paintings.
        styles: Vec<Styled>,
        /// Where the photo is painted, if not everywhere ([`Subject::mask`](crate::sources::Subject::mask)).
        mask: Option<Masked>,
        /// What the run starts from.
        start: Start,
    },
    /// Load a network in advance: whoever opens the page will most likely paint with it. Nothing is reported.
    Prepare {
        /// The network.
        pack: PackPlace,
    },
    /// Choose anew by which algorithms the GPU computes this network's convolutions, and remember that.
    Tune {
        /// The network.
        pack: PackPlace,
        /// How to choose.
        by: Tuning,
    },
    /// Stop after the step that is being made, and send its picture.
    Stop {
        /// The run to stop; another one is left alone.
        job: JobId,
    },
    /// Change α from the next step on.
    SetContentWeight {
        /// The run that it is meant for.
        job: JobId,
        /// The new weight of the content loss.
        content_weight: f32,
    },
}

/// How the algorithms are chosen that compute convolutions on a GPU.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tuning {
    /// By a rule, which knows only whether the GPU is software.
    Rule,
    /// By what was measured on this GPU ([`calibration`](crate::calibration)).
    Measurement,
}

impl Tuning {
    /// The name in the page's `data-by`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Measurement => "measurement",
        }
    }
}

/// What the worker reports to the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The engine has been loaded and owns its device.
    Ready {
        /// Which build of the worker this is.
        engine: Engine,
        /// What the device calls itself.
        device: String,
        /// Its [`BUILD`].
        build: String,
    },
    /// A GPU has been given a network, or was asked to [`Request::Tune`] it.
    Tuned {
        /// How the algorithms of its convolutions were chosen.
        by: Tuning,
        /// Those that were measured, for people to read.
        algorithms: String,
    },
    /// A run is being prepared.
    Loading {
        /// The run.
        job: JobId,
        /// What is being done for it.
        phase: Phase,
    },
    /// The first step is about to be made.
    Started {
        /// The run.
        job: JobId,
        /// Width of the result in pixels.
        width: usize,
        /// Height of the result in pixels.
        height: usize,
        /// The name of the network, as its pack says.
        network: String,
    },
    /// Steps were made.
    Progress {
        /// The run.
        job: JobId,
        /// How many steps the picture has behind it.
        made: u32,
        /// The number of steps after which the picture had `losses`: one or a few less than `made`.
        step: u32,
        /// The losses of the picture after `step` steps.
        losses: Losses,
    },
    /// A picture to look at; its pixels are transferred beside the event.
    Frame {
        /// The run.
        job: JobId,
        /// The picture, its `rgba` empty.
        frame: Frame,
    },
    /// The run has ended well; its last frame was sent before.
    Done {
        /// The run.
        job: JobId,
        /// Why it ended.
        reason: Ending,
        /// How many steps the picture has behind it.
        step: u32,
        /// The losses of the final picture; `None` if the run was stopped, for they cost one more look.
        losses: Option<Losses>,
    },
    /// The run (or, without a job, the worker itself) cannot go on.
    Failed {
        /// The run; `None` if the engine could not be started at all.
        job: Option<JobId>,
        /// Why, in words that say what to do.
        failure: Failure,
    },
}

/// What is done before the first step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// The picture files are decoded and scaled.
    Pictures,
    /// The network's weights are fetched and verified.
    Weights {
        /// Bytes that have arrived.
        bytes: u64,
        /// Bytes of the whole pack.
        total: u64,
        /// Whether nothing had to be fetched from the network so far.
        cached: bool,
        /// Whether what has arrived is kept for the next visit.
        kept: bool,
    },
    /// The network's answers to the two pictures are computed.
    Targets,
}

/// Why a run ended without a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// All steps were made.
    Finished,
    /// The visitor stopped it.
    Stopped,
}

/// The weighted terms of the loss and their sum; dimensionless.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Losses {
    /// `content + style + tv`.
    pub total: f32,
    /// α times the content loss.
    pub content: f32,
    /// β times the style loss.
    pub style: f32,
    /// τ times the total variation.
    pub tv: f32,
}

impl Losses {
    /// Whether every term is a number: an optimisation that has run away gives infinities and NaN,
    /// which JSON cannot carry.
    pub fn is_finite(&self) -> bool {
        [self.total, self.content, self.style, self.tv].iter().all(|term| term.is_finite())
    }
}

/// The picture at one moment of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// In pixels.
    pub width: usize,
    /// In pixels.
    pub height: usize,
    /// How many steps the picture has behind it.
    pub step: u32,
    /// Those of the picture before the latest step; none before the first one.
    pub losses: Option<Losses>,
    /// sRGB with alpha 255, `width · height · 4` bytes, rows top to bottom. Travels beside the event.
    #[serde(skip)]
    pub rgba: Vec<u8>,
}

impl Frame {
    /// The same picture at the size of the result, in pixels: frames of early scales are smaller.
    #[must_use]
    pub fn enlarged(self, width: usize, height: usize) -> Self {
        if (self.width, self.height) == (width, height) {
            return self;
        }
        match Picture::from_rgba8(self.width, self.height, &self.rgba) {
            Ok(picture) => Self { width, height, rgba: picture.resize(width, height).to_rgba8(), ..self },
            // A frame whose pixels have been moved away.
            Err(_) => self,
        }
    }
}

/// Why a run could not start or go on. It is displayed in words that say what to do; [`Failure::details`] are for those who
/// look into it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind", content = "detail", rename_all = "snake_case")]
pub enum Failure {
    /// The browser (or the machine) offers no usable GPU interface.
    #[error("WebGPU is not available here ({0})")]
    NoWebGpu(String),
    /// The GPU went away while it was working, or refused what it was asked; why, in technical words.
    #[error("the GPU stopped working; press Paint again to go on from the last picture")]
    DeviceLost(String),
    /// The picture does not fit into the memory of the device; what did not, in technical words.
    #[error("there is not enough memory for this size; choose a smaller one and press Paint again")]
    OutOfMemory(String),
    /// A file is not a picture that can be read.
    #[error("this file cannot be read as a picture ({0}); try a JPEG, PNG or WebP")]
    Decode(String),
    /// The network's weights are missing or damaged.
    #[error("{0}")]
    Weights(String),
    /// The options contradict themselves or are out of range.
    #[error("{0}")]
    Options(String),
    /// The losses are no numbers any more.
    #[error("the optimisation ran away after {0} steps; start afresh, with a strength nearer to the middle")]
    Diverged(u32),
    /// Page and worker are not of the same build.
    #[error("the site was updated meanwhile; save what you want to keep and reload the page")]
    Outdated,
    /// The engine broke down: a fault of the program, not of the visitor; which one, in technical words.
    #[error("the engine stopped because of an error; press Paint again to start it anew")]
    Crashed(String),
}

/// A kind of file that a visitor takes home.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Saving {
    /// The picture at full size.
    Png,
    /// Photo, painting and result in one picture.
    Triptych,
    /// The process.
    Gif,
}

impl Saving {
    /// The name in the page's `data-busy`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Triptych => "triptych",
            Self::Gif => "gif",
        }
    }
}

/// What the page asks of the worker that makes files. The frames travel beside it, oldest first, and for a triptych the
/// files of the photo and the paintings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Errand {
    /// What is wanted.
    pub what: Saving,
    /// Of the frames, in pixels.
    pub width: usize,
    /// Of the frames, in pixels.
    pub height: usize,
    /// What the visitor calls the photo and the paintings, in the order of the files.
    pub titles: Vec<String>,
    /// How the last frame was painted, where one recipe says all of it: the [text](crate::recipe::Recipe::text)
    /// that goes into the picture's file.
    pub recipe: Option<String>,
}

/// What comes of an [`Errand`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// So much of the work is done (0..1).
    Part(f64),
    /// The file travels beside it.
    Made,
    /// There is no file.
    Failed {
        /// Why.
        failure: Failure,
    },
}

impl Failure {
    /// What the last words of a program that broke down mean: of a panic, or of an error that a browser reports.
    #[must_use]
    pub fn of_breakdown(words: &str) -> Self {
        // Browsers throw a RangeError for a buffer or an array that finds no place, and for a recursion that goes too deep.
        let refused = words.contains("RangeError") && !words.contains("call stack");
        // Of Rust, of Rust's collections, of wgpu.
        let exhausted = ["memory allocation of", "capacity overflow", "Out of Memory", "out of memory"];
        let words_alone = technical(words);
        if refused || exhausted.iter().any(|sign| words.contains(sign)) {
            Self::OutOfMemory(words_alone)
        } else {
            Self::Crashed(words_alone)
        }
    }

    /// What a visitor need not know, but whoever mends it: one line, without the name of a file. `None` where there is no
    /// more to say.
    pub fn details(&self) -> Option<String> {
        match self {
            Self::DeviceLost(text) | Self::OutOfMemory(text) | Self::Crashed(text) => {
                Some(technical(text)).filter(|text| !text.is_empty())
            }
            _ => None,
        }
    }

    /// The variant's name, as in JSON and in the page's `data-kind`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::NoWebGpu(_) => "no_web_gpu",
            Self::DeviceLost(_) => "device_lost",
            Self::OutOfMemory(_) => "out_of_memory",
            Self::Decode(_) => "decode",
            Self::Weights(_) => "weights",
            Self::Options(_) => "options",
            Self::Diverged(_) => "diverged",
            Self::Outdated => "outdated",
            Self::Crashed(_) => "crashed",
        }
    }

    /// Whether the worker (or its device) is beyond use, so that the next run needs a new one.
    pub const fn is_fatal(&self) -> bool {
        matches!(self, Self::NoWebGpu(_) | Self::DeviceLost(_) | Self::OutOfMemory(_) | Self::Crashed(_))
    }
}

/// A program's own words, as one line of at most 300 characters: without the lines of a call stack, and without whatever
/// names a file, which is a matter of the machine that built the program.
pub fn technical(words: &str) -> String {
    let names_a_file =
        |word: &str| word.contains(['/', '\\']) || word.contains(".rs:") || word.contains(".js:");
    let is_of_a_stack = |line: &str| line.starts_with("at ") || line.contains("://");
    let lines = words.lines().map(str::trim).filter(|line| !is_of_a_stack(line));
    let kept: Vec<&str> = lines.flat_map(str::split_whitespace).filter(|word| !names_a_file(word)).collect();
    kept.join(" ").chars().take(300).collect()
}

/// A message that page and worker of different versions (a stale cache) do not both understand.
#[derive(Debug, thiserror::Error)]
#[error("the page and its engine do not fit together ({0}); reload the page")]
pub struct MessageError(#[from] serde_json::Error);

/// The text that crosses the border.
///
/// # Errors
/// If a number in the message is one that JSON cannot carry.
pub fn encode<T: Serialize>(message: &T) -> Result<String, MessageError> {
    Ok(serde_json::to_string(message)?)
}

/// The message in a text that has crossed the border.
///
/// # Errors
/// If the text is not one that this version's [`encode`] writes.
pub fn decode<T: DeserializeOwned>(text: &str) -> Result<T, MessageError> {
    Ok(serde_json::from_str(text)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_survives_the_border() {
        let request = Request::Paint {
            job: JobId(7),
            options: Box::new(Options { content_weight: 0.1, seed: u64::MAX, ..Options::default() }),
            pack: PackPlace { name: "fast".into(), elsewhere: None },
            content: PictureId(1),
            styles: vec![Styled { picture: PictureId(2), weight: 0.3 }],
            mask: Some(Masked { id: 1, width: 64, height: 43 }),
            start: Start::GoOn { step: 30, width: 64, height: 43 },
        };
        assert_eq!(decode::<Request>(&encode(&request).unwrap()).unwrap(), request);
    }

    #[test]
    fn events_survive_the_border() {
        let losses = Losses { total: 0.541_999_7, content: 1e-12, style: 0.5, tv: 0.04 };
        for event in [
            Event::Ready { engine: Engine::Gpu, device: "a \"quoted\" name".into(), build: BUILD.into() },
            Event::Loading {
                job: JobId(1),
                phase: Phase::Weights { bytes: 1, total: 13_000_000, cached: false, kept: true },
            },
            Event::Started { job: JobId(1), width: 64, height: 43, network: "Impasto Fast".into() },
            Event::Progress { job: JobId(1), made: 3, step: 2, losses },
            Event::Done { job: JobId(1), reason: Ending::Stopped, step: 3, losses: Some(losses) },
            Event::Failed { job: None, failure: Failure::NoWebGpu("no adapter".into()) },
            Event::Failed { job: Some(JobId(2)), failure: Failure::Diverged(4) },
        ] {
            assert_eq!(decode::<Event>(&encode(&event).unwrap()).unwrap(), event);
        }
    }

    #[test]
    fn errands_and_their_outcomes_survive_the_border() {
        let titles = vec!["the \"cat\"".to_owned(), "Wave".to_owned()];
        let errand = Errand { what: Saving::Triptych, width: 640, height: 427, titles, recipe: None };
        let recipe = Some("{\"network\":\"Impasto Fast\"}".to_owned());
        for errand in [errand.clone(), Errand { what: Saving::Png, recipe, ..errand }] {
            assert_eq!(decode::<Errand>(&encode(&errand).unwrap()).unwrap(), errand);
        }
        for outcome in
            [Outcome::Part(0.5), Outcome::Made, Outcome::Failed { failure: Failure::Decode("cat".into()) }]
        {
            assert_eq!(decode::<Outcome>(&encode(&outcome).unwrap()).unwrap(), outcome);
        }
    }

    #[test]
    fn every_worker_that_cannot_be_loaded_says_so_in_the_same_words() {
        // As www/worker.js writes them.
        let words =
            r#"{"failed":{"job":null,"failure":{"kind":"crashed","detail":"it could not be loaded"}}}"#;
        let failure = Failure::Crashed("it could not be loaded".into());
        assert_eq!(decode::<Event>(words).unwrap(), Event::Failed { job: None, failure: failure.clone() });
        assert_eq!(decode::<Outcome>(words).unwrap(), Outcome::Failed { failure });
    }

    #[test]
    fn pixels_never_pass_through_json() {
        let frame = Frame { width: 1, height: 1, step: 1, losses: None, rgba: vec![9; 4] };
        let text = encode(&Event::Frame { job: JobId(1), frame: frame.clone() }).unwrap();
        assert!(!text.contains("rgba"), "{text}");
        let Event::Frame { frame: received, .. } = decode(&text).unwrap() else { panic!("not a frame") };
        assert_eq!(received, Frame { rgba: Vec::new(), ..frame });
    }

    #[test]
    fn a_stale_message_is_an_error_that_says_what_to_do() {
        let error = decode::<Event>(r#"{"greeting":{}}"#).unwrap_err();
        assert!(error.to_string().contains("reload the page"), "{error}");
    }

    #[test]
    fn every_failure_names_its_kind_as_json_does() {
        for failure in [
            Failure::NoWebGpu(String::new()),
            Failure::DeviceLost(String::new()),
            Failure::OutOfMemory(String::new()),
            Failure::Decode(String::new()),
            Failure::Weights(String::new()),
            Failure::Options(String::new()),
            Failure::Diverged(1),
            Failure::Outdated,
            Failure::Crashed(String::new()),
        ] {
            let text = encode(&failure).unwrap();
            assert!(text.contains(&format!("\"kind\":\"{}\"", failure.kind())), "{text}");
        }
    }

    #[test]
    fn what_found_no_memory_is_told_from_what_broke_down() {
        for words in [
            "called `Result::unwrap()` on an `Err` value: JsValue(RangeError: createBuffer failed, size is too large)",
            "Uncaught RangeError: Array buffer allocation failed",
            "memory allocation of 1073741824 bytes failed",
            "capacity overflow",
            "wgpu error: Out of Memory",
        ] {
            assert!(matches!(Failure::of_breakdown(words), Failure::OutOfMemory(_)), "{words}");
        }
        for words in [
            "Uncaught RangeError: Maximum call stack size exceeded",
            "Uncaught RuntimeError: unreachable",
            "index out of bounds: the len is 3 but the index is 4",
        ] {
            assert_eq!(Failure::of_breakdown(words), Failure::Crashed(words.into()));
        }
    }

    #[test]
    fn no_file_is_named_to_a_visitor() {
        let words = "panicked at /home/me/.cargo/registry/src/index-1/wgpu-30.0.1/src/backend/webgpu.rs:2461:54:\n\
            called `Result::unwrap()` on an `Err` value: JsValue(RangeError: no room\nRangeError: no room\n\
            \u{20}   at GPUDevice.createBuffer (http://127.0.0.1:8000/worker-gpu.js:1:2)\nopen@https://a.example/b.js:3:4)";
        let failure = Failure::of_breakdown(words);
        let details = failure.details().unwrap();
        assert!(details.contains("RangeError: no room"), "{details}");
        for text in [details, failure.to_string()] {
            assert!(!text.contains('/') && !text.contains(".rs:") && !text.contains(".js:"), "{text}");
        }
        let long = Failure::Crashed("ä".repeat(1000)).details().unwrap();
        assert_eq!(long.chars().count(), 300);
    }

    #[test]
    fn losses_that_ran_away_are_noticed() {
        assert!(Losses::default().is_finite());
        assert!(!Losses { style: f32::NAN, ..Losses::default() }.is_finite());
        assert!(!Losses { total: f32::INFINITY, ..Losses::default() }.is_finite());
    }
}
