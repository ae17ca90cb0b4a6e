//! Defines the range checks of numbers that several options share.

use weights::Layer;

use crate::error::OptionsError;

pub(crate) fn check_weight(part: &'static str, layer: Option<Layer>, value: f32) -> Result<(), OptionsError> {
    if value >= 0.0 && value.is_finite() { Ok(()) } else { Err(OptionsError::Weight { part, layer, value }) }
}

/// Checks that a number is finite and above 0.
pub(crate) fn check_positive(what: &'static str, value: f32) -> Result<(), OptionsError> {
    if value > 0.0 && value.is_finite() { Ok(()) } else { Err(OptionsError::NotPositive { what, value }) }
}

/// Checks the weight of one painting in a blend of several.
///
/// # Errors
/// [`OptionsError::NotPositive`] unless it is finite and above 0.
pub fn check_painting_weight(weight: f32) -> Result<(), OptionsError> {
    check_positive("weight of a painting", weight)
}
