//! Defines the name of a pack's folder.

use std::{fmt, str::FromStr};

use crate::manifest::is_plain_file_name;

/// The name of a pack's folder in `weights/`: one that can mean nothing else, whether joined to a path or to a URL.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackName(String);

impl PackName {
    /// The bundled network with a quarter of VGG-19's work: what a GPU paints with unless told otherwise.
    pub fn fast() -> Self {
        Self("fast".to_owned())
    }

    /// The bundled network with a twelfth of VGG-19's work: what a browser's processor paints with.
    pub fn tiny() -> Self {
        Self("tiny".to_owned())
    }

    /// As it stands in addresses.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A pack's name that could lead out of its folder.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" is no name for a pack: choose 1 to 100 letters, digits, `-`, `_` and `.`, not beginning with `.`"
)]
pub struct PackNameError(pub String);

impl FromStr for PackName {
    type Err = PackNameError;

    fn from_str(name: &str) -> Result<Self, PackNameError> {
        if is_plain_file_name(name) { Ok(Self(name.to_owned())) } else { Err(PackNameError(name.to_owned())) }
    }
}

impl fmt::Display for PackName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
