//! Defines the name of a pack's folder.

use std::{fmt, str::FromStr};

use crate::manifest::is_plain_file_name;

/// The name of a pack's folder in `weights/`. It is safe as a part of a path or a URL.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackName(String);

impl PackName {
    /// The bundled network with a quarter of VGG-19's work: the default on a GPU.
    pub fn fast() -> Self {
        Self("fast".to_owned())
    }

    /// The bundled network with a twelfth of VGG-19's work: the default on the CPU in a browser.
    pub fn tiny() -> Self {
        Self("tiny".to_owned())
    }

    /// The name as it is written in addresses.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A name that could refer to another folder.
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
