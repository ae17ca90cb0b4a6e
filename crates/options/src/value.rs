//! Defines how the value of an option is written and read: the same text on the command line, in addresses and in attributes.

use picture::{Size, crop::Crop};

use crate::{
    choices::{Color, Init, Optimizer, Pooling, Schedule, StyleLoss, Until},
    error::OptionsError,
    layers::{WeightedLayer, format_layers, parse_layers},
};

/// A value with a written form.
pub(crate) trait Value: Sized {
    /// Reads the written form.
    fn read(text: &str) -> Result<Self, OptionsError>;
    /// The written form; `None` where the option is left out.
    fn write(&self) -> Option<String>;
}

macro_rules! as_text {
    ($($type:ty),+) => {$(
        impl Value for $type {
            fn read(text: &str) -> Result<Self, OptionsError> {
                Ok(text.parse()?)
            }

            fn write(&self) -> Option<String> {
                Some(self.to_string())
            }
        }
    )+};
}
as_text!(Size, Crop, Until, Schedule, StyleLoss, Pooling, Init, Color, Optimizer);

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
as_number!(u32: "a whole number", u64: "a whole number", f32: "a number");

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
