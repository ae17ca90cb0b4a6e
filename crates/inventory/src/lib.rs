//! An inventory that stays empty, in the place of the crate of this name (`[patch.crates-io]` in the workspace's manifest).
//!
//! cubecl brings a compiler for the kernels that Burn writes in Rust. It enters its thousands of operations into an inventory,
//! natively by linker sections and in wasm by static constructors of this crate. No linker drops a constructor, nor what it
//! refers to, so that half of the GPU's engine would be a compiler which never runs: our kernels are WGSL from the beginning.
//! Nothing else in the workspace uses this crate.
//!
//! The feature `kept` gives the crate itself: Burn's own kernels need it.
#![no_std]

#[cfg(not(feature = "kept"))]
pub use empty::iter;
#[cfg(feature = "kept")]
pub use kept::*;

#[cfg(not(feature = "kept"))]
mod empty {
    /// What was entered: nothing.
    pub fn iter<T: 'static>() -> core::iter::Empty<&'static T> {
        core::iter::empty()
    }

    /// Would make an inventory of this type.
    #[macro_export]
    macro_rules! collect {
        ($type:ty) => {};
    }

    /// Would enter a value.
    #[macro_export]
    macro_rules! submit {
        ($($value:tt)*) => {};
    }
}
