//! Defines how the value of an option is read and written. The text is the same on the command line, in addresses and
//! in attributes.

use std::str::FromStr;

use picture::{Size, crop::Crop};

use crate::{
    choices::{
        Color, Enlarged, Init, Optimizer, Padding, Pooling, Pyramid, Schedule, StyleLoss, Turns, Until,
    },
    error::OptionsError,
    layers::{WeightedLayer, format_layers, parse_layers},
    number::Number,
};

/// A value with a written form.
pub(crate) trait Value: Sized {
    /// Parses the written form.
    fn read(text: &str) -> Result<Self, OptionsError>;
    /// The written form; `None` for an option without a value.
    fn write(&self) -> Option<String>;
}

/// Implements [`Value`] by `FromStr` and `Display`. The second argument converts the parse result's error to
/// [`OptionsError`].
macro_rules! as_text {
    ($($type:ty),+; $read:expr) => {$(
        impl Value for $type {
            fn read(text: &str) -> Result<Self, OptionsError> {
                let read: fn(Result<Self, <Self as FromStr>::Err>) -> Result<Self, OptionsError> = $read;
                read(text.parse())
            }

            fn write(&self) -> Option<String> {
                Some(self.to_string())
            }
        }
    )+};
}
as_text!(Until, Schedule, StyleLoss, Turns, Enlarged, Padding, Pooling, Init, Color, Optimizer, Pyramid; |read| read);
as_text!(Size, Crop; |read| read.map_err(OptionsError::from));

macro_rules! as_number {
    ($($type:ty: $what:literal),+) => {$(
        impl Value for $type {
            fn read(text: &str) -> Result<Self, OptionsError> {
                text.parse().map_err(|_| OptionsError::NoNumber { found: text.to_owned(), wanted: $what })
            }

            fn write(&self) -> Option<String> {
                Some(self.to_string())
            }
        }
    )+};
}
as_number!(u32: "a whole number", u64: "a whole number");

impl Value for f32 {
    fn read(text: &str) -> Result<Self, OptionsError> {
        Number::of(text).ok_or_else(|| OptionsError::NoNumber { found: text.to_owned(), wanted: "a number" })
    }

    fn write(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl<T: Value> Value for Option<T> {
    fn read(text: &str) -> Result<Self, OptionsError> {
        T::read(text).map(Some)
    }

    fn write(&self) -> Option<String> {
        self.as_ref().and_then(T::write)
    }
}

impl Value for Vec<WeightedLayer> {
    fn read(text: &str) -> Result<Self, OptionsError> {
        parse_layers(text)
    }

    fn write(&self) -> Option<String> {
        Some(format_layers(self))
    }
}
