//! Checks the WGSL of every variant of every kernel that the engine may launch with wgpu's parser and validator, and
//! against WebGPU's default limits. Needs no GPU.

use std::path::Path;

use impasto::kernels::{shaders, shaders::Source};
use naga::{
    AddressSpace, Module, StorageAccess,
    front::wgsl,
    proc::Layouter,
    valid::{Capabilities, ValidationFlags, Validator},
};
use weights::{Layer, Manifest};

/// WebGPU's default limits (section 3.6.2 of the specification).
const MAX_WORKGROUP_BYTES: u32 = 16_384;
const MAX_INVOCATIONS: u32 = 256;
const MAX_WORKGROUP_SIZE: [u32; 3] = [256, 256, 64];
const MAX_STORAGE_BUFFERS: usize = 8;

/// Channels in and out of every layer of VGG-19 and of the bundled networks.
fn channels() -> Vec<(usize, usize)> {
    let mut channels = Vec::new();
    let mut inputs = 3;
    for layer in Layer::ALL {
        channels.push((inputs, layer.vgg19_channels()));
        inputs = layer.vgg19_channels();
    }
    for network in ["fast", "tiny"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("weights").join(network).join("manifest.json");
        let manifest = Manifest::parse(&std::fs::read(path).unwrap()).unwrap();
        channels.extend(manifest.layers().iter().map(|layer| (layer.in_channels, layer.out_channels)));
    }
    channels
}

#[test]
fn every_kernel_is_valid_and_within_the_default_limits() {
    let all = shaders::all(&channels());
    assert!(all.len() > 100, "{} variants", all.len());
    let faults: Vec<String> = all.iter().filter_map(|source| check(source).err()).collect();
    assert!(faults.is_empty(), "{} of {} variants:\n{}", faults.len(), all.len(), faults.join("\n"));
}

fn check(Source { name, workgroup, text, .. }: &Source) -> Result<(), String> {
    let module = wgsl::parse_str(text)
        .map_err(|error| format!("{name}: {}", error.emit_to_string_with_path(text, name)))?;
    Validator::new(ValidationFlags::all(), Capabilities::empty())
        .validate(&module)
        .map_err(|error| format!("{name}: {}", error.emit_to_string_with_path(text, name)))?;
    check_workgroup(&module, *workgroup)
        .and_then(|()| check_bindings(&module))
        .map_err(|fault| format!("{name}: {fault}"))
}

/// The workgroup is as large as the launch assumes, and within the limits, its memory included.
fn check_workgroup(module: &Module, launched: [u32; 3]) -> Result<(), String> {
    let [entry] = &module.entry_points[..] else { return Err("not one entry point".into()) };
    let size = entry.workgroup_size;
    if entry.name != "main" || size != launched {
        return Err(format!("the entry point is {} of {size:?}, launched as {launched:?}", entry.name));
    }
    let within = size.iter().zip(MAX_WORKGROUP_SIZE).all(|(&threads, most)| threads <= most);
    if !within || size.iter().product::<u32>() > MAX_INVOCATIONS {
        return Err(format!("a workgroup of {size:?} threads"));
    }
    let mut layouter = Layouter::default();
    layouter.update(module.to_ctx()).map_err(|error| error.to_string())?;
    let shared = module.global_variables.iter().filter(|(_, global)| global.space == AddressSpace::WorkGroup);
    let bytes: u32 = shared.map(|(_, global)| layouter[global.ty].size.next_multiple_of(16)).sum();
    if bytes > MAX_WORKGROUP_BYTES { Err(format!("{bytes} bytes of workgroup memory")) } else { Ok(()) }
}

/// The bindings are those of a launch: group 0, numbered without gaps, the storage buffers that are read, those that are
/// written, then the uniform.
fn check_bindings(module: &Module) -> Result<(), String> {
    let mut bindings: Vec<_> = module
        .global_variables
        .iter()
        .filter_map(|(_, global)| global.binding.map(|at| (at.group, at.binding, global.space)))
        .collect();
    bindings.sort_by_key(|&(group, binding, _)| (group, binding));
    if bindings.iter().enumerate().any(|(at, &(group, binding, _))| (group, binding) != (0, at as u32)) {
        return Err(format!("the bindings are {bindings:?}"));
    }
    let rank = |space| match space {
        AddressSpace::Storage { access } if !access.contains(StorageAccess::STORE) => Some(0),
        AddressSpace::Storage { .. } => Some(1),
        AddressSpace::Uniform => Some(2),
        _ => None,
    };
    let order: Option<Vec<u8>> = bindings.iter().map(|&(.., space)| rank(space)).collect();
    let uniform = |order: &[u8]| order.iter().position(|&rank| rank == 2);
    if !order.is_some_and(|order| order.is_sorted() && uniform(&order) == Some(order.len() - 1)) {
        return Err(format!("not the inputs, the outputs, one uniform: {bindings:?}"));
    }
    let buffers = bindings.len() - 1;
    if buffers > MAX_STORAGE_BUFFERS { Err(format!("{buffers} storage buffers")) } else { Ok(()) }
}

#[test]
fn faults_are_found() {
    let source = |text: &str| Source {
        name: "planted".into(),
        workgroup: [64, 1, 1],
        text: text.into(),
        hardware: true,
    };
    let buffers = |count: usize| -> String {
        let read =
            (0..count).map(|at| format!("@group(0) @binding({at}) var<storage, read> x{at}: array<f32>;"));
        read.chain([format!("@group(0) @binding({count}) var<uniform> p: u32;")]).collect()
    };
    let main = |body: &str| format!("@compute @workgroup_size(64) fn main() {{ {body} }}");
    let fault = |text: String| check(&source(&text)).expect_err("the fault is found");

    assert_eq!(check(&source(&(buffers(8) + &main("")))), Ok(()));
    assert!(fault(buffers(9) + &main("")).contains("9 storage buffers"));
    assert!(fault(buffers(1) + &main("let x = ;")).contains("expected expression"));
    assert!(fault(buffers(1) + &main("let x: u32 = 1.5 * 2.0f;")).contains("type"));
    assert!(fault(buffers(1) + &main("{{hole}}")).contains("planted"));
    let memory = "var<workgroup> shared_values: array<vec4<f32>, 1025>;";
    assert!(fault(buffers(1) + memory + &main("shared_values[0] = vec4<f32>();")).contains("16400 bytes"));
    assert!(fault(buffers(1) + "@compute @workgroup_size(32) fn main() {}").contains("launched as"));
    let large = Source {
        workgroup: [64, 8, 1],
        ..source(&(buffers(1) + "@compute @workgroup_size(64, 8) fn main() {}"))
    };
    assert!(check(&large).expect_err("the fault is found").contains("threads"));
}
