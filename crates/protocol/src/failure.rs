//! Defines what the worker says where a run cannot start or go on.

use serde::{Deserialize, Serialize};

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
