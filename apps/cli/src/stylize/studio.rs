//! Opens what paints: a network on a device.

use std::path::Path;

use image::ImageFormat;
use impasto::Vgg;
use options::recipe::Recipe;

use super::{
    args::NetworkArgs,
    devices::{DeviceChoice, open_device},
    encode::{Encoder, Finished},
    error::StylizeError,
};
use crate::networks::Network;

/// A network on a device.
pub struct Studio {
    pub vgg: Vgg,
    /// The name of the network, from its pack.
    pub network: String,
    /// The device, for display.
    pub device: String,
}

impl Studio {
    /// Reads the network and opens the device.
    ///
    /// # Errors
    /// If there is no such network or device.
    pub fn open(args: &NetworkArgs, device: Option<DeviceChoice>) -> Result<Self, StylizeError> {
        let network = find(args)?;
        let weights = network.open(args.caffe)?;
        let (device, name) = pollster::block_on(open_device(device))?;
        // The device has its own copy of the weights.
        Ok(Self { vgg: Vgg::new(&weights, &device)?, network: weights.name, device: name })
    }
}

/// The network.
///
/// # Errors
/// If there is no such one.
pub fn find(args: &NetworkArgs) -> Result<Network, StylizeError> {
    Network::find(&args.weights).ok_or_else(|| StylizeError::NoWeights {
        asked: args.weights.clone(),
        found: Network::all().into_iter().map(|(name, _)| name).collect(),
    })
}

/// A picture as a file for this path, with its recipe where the format has room for one.
///
/// # Errors
/// If a side is too long for the format.
pub fn encoded(
    path: &Path,
    picture: &Finished,
    encoder: Encoder,
    recipe: Option<&Recipe>,
) -> Result<Vec<u8>, StylizeError> {
    let bytes =
        encoder.encode(picture).map_err(|source| StylizeError::Encode { path: path.to_owned(), source })?;
    match recipe.filter(|_| encoder.format == ImageFormat::Png) {
        Some(recipe) => {
            recipe.write(&bytes).map_err(|source| StylizeError::Recipe { path: path.to_owned(), source })
        }
        None => Ok(bytes),
    }
}
