//! Parts of a batch, for several machines.

use std::str::FromStr;

/// A part of a batch: every `of`-th picture from the `part`-th on, which counts from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    part: usize,
    of: usize,
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers =
            text.split_once('/').and_then(|(part, of)| Some((part.parse().ok()?, of.parse().ok()?)));
        match numbers {
            Some((part, of)) if (1..=of).contains(&part) => Ok(Self { part, of }),
            _ => Err("a part is I/N, with I from 1 to N, such as 3/16".to_owned()),
        }
    }
}

impl Shard {
    /// Whether this part has the picture at this place of the batch.
    pub fn has(self, at: usize) -> bool {
        at % self.of == self.part - 1
    }
}
