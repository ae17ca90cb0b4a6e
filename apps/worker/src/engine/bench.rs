//! Measures the device for a visitor, and reports tables.

use browser::{now, webgpu_adapter};
#[cfg(feature = "gpu")]
use impasto::survey::{Convolution, convolutions};
use impasto::{Vgg, step_time::step_time};
use js_sys::{Array, Reflect};
use options::Options;
use protocol::{Depth, Event, Failure, Table};
use wasm_bindgen::JsValue;
#[cfg(feature = "gpu")]
use weights::Weights;

use crate::engine::{failure::failure, post::post};

/// Side of the picture of a step in pixels.
const SIDE: [(Depth, usize); 2] = [(Depth::Quick, 64), (Depth::Full, 256)];
/// Kinds of convolutions of a network.
#[cfg(feature = "gpu")]
const CONVOLUTIONS: [(Depth, usize); 2] = [(Depth::Quick, 2), (Depth::Full, usize::MAX)];
/// Milliseconds over which steps are averaged.
const ENOUGH: [(Depth, f64); 2] = [(Depth::Quick, 1.0), (Depth::Full, 1000.0)];

/// The limits of an adapter that the engine depends on.
const LIMITS: [&str; 6] = [
    "maxBufferSize",
    "maxStorageBufferBindingSize",
    "maxStorageBuffersPerShaderStage",
    "maxComputeWorkgroupStorageSize",
    "maxComputeInvocationsPerWorkgroup",
    "minStorageBufferOffsetAlignment",
];

/// The optional features that kernels of this project use or may use.
const FEATURES: [&str; 3] = ["shader-f16", "subgroups", "timestamp-query"];

fn of<T: Copy>(values: [(Depth, T); 2], depth: Depth) -> T {
    values[usize::from(depth == Depth::Full)].1
}

fn table(title: impl Into<String>, head: &[&str], rows: Vec<Vec<String>>) {
    let head = head.iter().map(|&name| name.to_owned()).collect();
    post(&Event::Measured { table: Table { title: title.into(), head, rows } });
}

/// Reports the device, and the limits and features of the adapter.
pub async fn device(name: &str) {
    let mut rows = vec![vec!["device".to_owned(), name.to_owned()]];
    if let Some(adapter) = webgpu_adapter().await {
        let get = |object: &JsValue, name: &str| Reflect::get(object, &name.into()).unwrap_or_default();
        let limits = get(&adapter, "limits");
        for name in LIMITS {
            if let Some(limit) = get(&limits, name).as_f64() {
                rows.push(vec![name.to_owned(), limit.to_string()]);
            }
        }
        let features = Array::from(&get(&adapter, "features"));
        for name in FEATURES {
            let has = features.includes(&name.into(), 0);
            rows.push(vec![name.to_owned(), if has { "yes" } else { "no" }.to_owned()]);
        }
    }
    table("Device", &["what", "value"], rows);
}

/// Measures the convolutions of a network, and reports them.
#[cfg(feature = "gpu")]
pub async fn layers(
    weights: &Weights,
    algorithms: &impasto::kernels::conv::Algorithms,
    device: &impasto::device::Device,
    depth: Depth,
) -> Result<(), Failure> {
    let mut rows = Vec::new();
    let most = of(CONVOLUTIONS, depth);
    convolutions(weights, algorithms, device, now, most, |found| rows.push(row(&found)))
        .await
        .map_err(failure)?;
    let head = ["layer", "channels", "pixels", "algorithm", "ms", "GFLOP/s", "ways equal to the definition"];
    table(format!("Convolutions of {}", weights.name), &head, rows);
    Ok(())
}

#[cfg(feature = "gpu")]
fn row(found: &Convolution) -> Vec<String> {
    let (inputs, outputs) = found.channels;
    let number = |value: Option<f64>, digits| value.map_or("wrong".to_owned(), |n| format!("{n:.digits$}"));
    let equal = format!("{} of {}", found.ways - found.wrong.len(), found.ways);
    let wrong = found.wrong.iter().map(|choice| format!("; wrong: {choice}"));
    vec![
        format!("{}{}", found.layer, if found.backward { ", backward" } else { "" }),
        format!("{inputs} → {outputs}"),
        format!("{0} × {0}", found.side),
        found.choice.to_string(),
        number(found.time, 3),
        number(found.gflops(), 1),
        equal + &wrong.collect::<String>(),
    ]
}

/// The title of the table of steps.
pub fn steps_title(depth: Depth) -> String {
    format!("Steps at {0} × {0} pixels", of(SIDE, depth))
}

/// Milliseconds of a step with this network.
pub async fn step(vgg: Vgg, depth: Depth) -> Result<f64, Failure> {
    let side = of(SIDE, depth);
    let time = step_time(vgg, (side, side), &Options::default(), now, of(ENOUGH, depth), async || true).await;
    // Without an end from outside there always is a time.
    Ok(time.map_err(failure)?.unwrap_or_default())
}

/// Reports steps: names of networks and milliseconds.
pub fn steps(depth: Depth, times: &[(String, f64)]) {
    let rows = times
        .iter()
        .map(|(name, time)| vec![name.clone(), format!("{time:.1}"), format!("{:.1}", 1000.0 / time)])
        .collect();
    table(steps_title(depth), &["network", "ms a step", "steps a second"], rows);
}
