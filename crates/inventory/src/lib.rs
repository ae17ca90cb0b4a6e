//! Defines an empty replacement of the crate `inventory` (`[patch.crates-io]` in the workspace's manifest).
//!
//! cubecl contains a compiler for the kernels that Burn writes in Rust. It registers its thousands of operations by
//! this crate: natively by linker sections, in wasm by static constructors. A linker never removes a constructor nor
//! the code that it refers to, so half of the GPU engine would be a compiler that never runs, since our kernels are
//! written in WGSL. Nothing else in the workspace uses this crate.
//!
//! The feature `kept` re-exports the original crate, which Burn's own kernels need.
#![no_std]

#[cfg(not(feature = "kept"))]
pub use empty::iter;
#[cfg(feature = "kept")]
pub use kept::*;

#[cfg(not(feature = "kept"))]
mod empty {
    /// The registered values: none.
    pub fn iter<T: 'static>() -> core::iter::Empty<&'static T> {
        core::iter::empty()
    }

    /// In the original crate: declares a registry of this type.
    #[macro_export]
    macro_rules! collect {
        ($type:ty) => {};
    }

    /// In the original crate: registers a value.
    #[macro_export]
    macro_rules! submit {
        ($($value:tt)*) => {};
    }
}
