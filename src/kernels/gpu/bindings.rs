//! Declarations of bindings, for kernels whose inputs vary in number.

use std::fmt::Write as _;

/// WGSL that declares the bindings of group 0: the storage buffers `inputs` and `outputs`, given by name and element type,
/// then the uniform `parameters` of the type `Parameters`.
pub fn bindings(inputs: &[(&str, &str)], outputs: &[(&str, &str)]) -> String {
    let read = inputs.iter().map(|buffer| ("read", buffer));
    let written = outputs.iter().map(|buffer| ("read_write", buffer));
    let mut text = String::new();
    for (binding, (access, (name, element))) in read.chain(written).enumerate() {
        writeln!(text, "@group(0) @binding({binding}) var<storage, {access}> {name}: array<{element}>;")
            .expect("to a string");
    }
    let count = inputs.len() + outputs.len();
    writeln!(text, "@group(0) @binding({count}) var<uniform> parameters: Parameters;").expect("to a string");
    text
}
