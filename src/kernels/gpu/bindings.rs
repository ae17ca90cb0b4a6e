//! Declarations of bindings, for kernels whose inputs vary in number.

use std::fmt::Write as _;

/// WGSL that declares the bindings of group 0: the storage buffers `inputs` and `output`, given by name and element type,
/// then the uniform `parameters` of the type `Parameters`.
pub fn bindings(inputs: &[(&str, &str)], output: (&str, &str)) -> String {
    let mut text = String::new();
    for (binding, (name, element)) in inputs.iter().enumerate() {
        writeln!(text, "@group(0) @binding({binding}) var<storage, read> {name}: array<{element}>;")
            .expect("to a string");
    }
    let (count, (name, element)) = (inputs.len(), output);
    writeln!(text, "@group(0) @binding({count}) var<storage, read_write> {name}: array<{element}>;")
        .expect("to a string");
    writeln!(text, "@group(0) @binding({}) var<uniform> parameters: Parameters;", count + 1)
        .expect("to a string");
    text
}
