//! How WGSL reads and writes maps of either [`Storage`].

use crate::kernels::{Storage, template::fill};

impl Storage {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Full, Self::Half];

    /// The WGSL type of four channels as they are stored.
    pub fn wgsl_type(self) -> &'static str {
        match self {
            Self::Full => "vec4<f32>",
            Self::Half => "vec2<u32>",
        }
    }

    /// The WGSL functions `unpack`, which converts four stored channels of an input to `vec4<f32>`, `unpack_output`, which
    /// does so for maps that are stored as the output is, and `pack`, which converts to the output's storage.
    pub fn functions(input: Self, output: Self) -> String {
        let unpack = |name: &str, storage: Self| {
            let template = match storage {
                Self::Full => include_str!("unpack_f32.wgsl"),
                Self::Half => include_str!("unpack_bf16.wgsl"),
            };
            fill(template, &[("name", &name)])
        };
        let pack = match output {
            Self::Full => include_str!("pack_f32.wgsl"),
            Self::Half => include_str!("pack_bf16.wgsl"),
        };
        unpack("unpack", input) + &unpack("unpack_output", output) + pack
    }

    /// For a kernel whose maps are all stored like this: the WGSL type `Stored` of four channels, and [`Self::functions`].
    pub fn declarations(self) -> String {
        format!("alias Stored = {};\n{}", self.wgsl_type(), Self::functions(self, self))
    }
}
