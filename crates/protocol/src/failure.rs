//! Defines the failures that the worker reports when a run cannot start or continue.

use serde::{Deserialize, Serialize};

/// Why a run could not start or continue. The displayed message says what to do; [`Failure::details`] has technical
/// information for bug reports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind", content = "detail", rename_all = "snake_case")]
pub enum Failure {
    /// The browser or the machine has no usable WebGPU adapter; the reason.
    #[error("WebGPU is not available here ({0}); leave out engine=gpu, and the processor paints instead")]
    NoWebGpu(String),
    /// The GPU device was lost or reported an error; technical details.
    #[error("the GPU stopped working; press Paint again to go on")]
    DeviceLost(String),
    /// An allocation failed, on the device or in the worker; technical details.
    #[error("there is not enough memory for this size; choose a smaller one and press Paint again")]
    OutOfMemory(String),
    /// A file cannot be decoded as a picture.
    #[error("this file cannot be read as a picture ({0}); try a JPEG, PNG or WebP")]
    Decode(String),
    /// The file of a picture cannot be had: its address and the reason.
    #[error("this picture cannot be loaded ({0}); choose another one, or save it and choose the file")]
    Fetch(String),
    /// The browser gives other pixels than those of the picture.
    #[error(
        "this browser hides the pixels of pictures from sites, as Firefox does with its setting privacy.resistFingerprinting; turn it \
         off, or add this site to privacy.resistFingerprinting.exemptedDomains (both in about:config), and reload the page"
    )]
    Falsified,
    /// The network's weights are missing or damaged.
    #[error("{0}")]
    Weights(String),
    /// The options are inconsistent or out of range.
    #[error("{0}")]
    Options(String),
    /// The losses are no longer finite, after this number of steps.
    #[error("the optimisation ran away after {0} steps; start afresh, with a strength nearer to the middle")]
    Diverged(u32),
    /// Page and worker come from different builds.
    #[error("the site was updated meanwhile; save what you want to keep and reload the page")]
    Outdated,
    /// The engine panicked or threw an error: a bug of the program; technical details.
    #[error("the engine stopped because of an error; press Paint again to start it anew")]
    Crashed(String),
}

impl Failure {
    /// Classifies the message of a panic, or of an error event of the browser: [`Failure::OutOfMemory`] or
    /// [`Failure::Crashed`].
    #[must_use]
    pub fn of_breakdown(words: &str) -> Self {
        // Browsers throw a RangeError when a buffer or an array cannot be allocated, and when a recursion is too deep.
        let refused = words.contains("RangeError") && !words.contains("call stack");
        // Messages of Rust's allocator, of Rust's collections, and of wgpu.
        let exhausted = ["memory allocation of", "capacity overflow", "Out of Memory", "out of memory"];
        let words_alone = technical(words);
        if refused || exhausted.iter().any(|sign| words.contains(sign)) {
            Self::OutOfMemory(words_alone)
        } else {
            Self::Crashed(words_alone)
        }
    }

    /// Technical details for bug reports: one line, without file names. `None` where there are none.
    pub fn details(&self) -> Option<String> {
        match self {
            Self::DeviceLost(text) | Self::OutOfMemory(text) | Self::Crashed(text) => {
                Some(technical(text)).filter(|text| !text.is_empty())
            }
            _ => None,
        }
    }

    /// The name of the variant in JSON and in the page's `data-kind`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::NoWebGpu(_) => "no_web_gpu",
            Self::DeviceLost(_) => "device_lost",
            Self::OutOfMemory(_) => "out_of_memory",
            Self::Decode(_) => "decode",
            Self::Fetch(_) => "fetch",
            Self::Falsified => "falsified",
            Self::Weights(_) => "weights",
            Self::Options(_) => "options",
            Self::Diverged(_) => "diverged",
            Self::Outdated => "outdated",
            Self::Crashed(_) => "crashed",
        }
    }

    /// Whether the worker or its device is unusable, so that the next run needs a new worker.
    pub const fn is_fatal(&self) -> bool {
        matches!(self, Self::NoWebGpu(_) | Self::DeviceLost(_) | Self::OutOfMemory(_) | Self::Crashed(_))
    }
}

/// Reduces an error message to one line of at most 300 characters. Lines of a call stack and words with file names are
/// removed: they depend on the machine that built the program.
pub fn technical(words: &str) -> String {
    let names_a_file =
        |word: &str| word.contains(['/', '\\']) || word.contains(".rs:") || word.contains(".js:");
    // As Chromium and as Firefox write them.
    let is_of_a_stack = |line: &str| {
        line.starts_with("at ")
            || line.split_whitespace().any(|word| word.contains('@') && word.contains("://"))
    };
    let lines = words.lines().map(str::trim).filter(|line| !is_of_a_stack(line));
    let kept: Vec<&str> = lines.flat_map(str::split_whitespace).filter(|word| !names_a_file(word)).collect();
    kept.join(" ").chars().take(300).collect()
}
