//! Prints what one step of each network launches on a GPU, as JSON, for `cargo xtask shaders`. Nothing is computed: launches
//! are listed instead of queued, on a device that is treated as hardware, whatever it is.

use std::{collections::BTreeMap, error::Error, path::Path};

use impasto::{
    device::{self, Gpu},
    kernels::{
        self,
        conv::{Algorithm, Algorithms, Choice, RegisterTile, Tile},
        inspect::{Launch, launches_of},
        shaders::{self, Source},
    },
    network::Vgg,
    transfer::StyleTransfer,
};
use options::{Options, Schedule};
use picture::Picture;
use pollster::block_on;
use serde_json::{Value, json};
use weights::{Balance, Conv, Layer, Weights};

/// Side of the picture, in pixels.
const SIDE: usize = 256;

fn main() -> Result<(), Box<dyn Error>> {
    let gpu = block_on(device::gpu())?;
    kernels::set_in_software(&gpu.device, false);
    let networks = networks()?;
    let mut kernels = BTreeMap::new();
    // Of convolutions only those that are launched below: with every use of every network they would be hundreds.
    let is_convolution = |name: &str| name.starts_with("Tiled") || name.starts_with("Fused");
    let others = |source: &Source| source.hardware && !is_convolution(&source.name);
    for source in shaders::all(&channels(&networks)).into_iter().filter(others) {
        kernels.insert(source.name, json!({ "text": source.text, "workgroup": source.workgroup }));
    }
    let mut steps = Vec::new();
    for weights in &networks {
        for choice in choices() {
            let launches = step(weights, choice, &gpu)?;
            for Launch { name, text, workgroup, .. } in &launches {
                let kernel = json!({ "text": text, "workgroup": workgroup });
                if *kernels.entry(name.clone()).or_insert_with(|| kernel.clone()) != kernel {
                    return Err(format!("two kernels are called {name}").into());
                }
            }
            steps.push(json!({
                "network": weights.name,
                "algorithm": choice.map_or_else(|| "rule".to_owned(), |choice| choice.to_string()),
                "launches": launches.iter().map(described).collect::<Vec<_>>(),
            }));
        }
    }
    println!("{}", json!({ "kernels": kernels, "steps": steps }));
    Ok(())
}

/// VGG-19's shape and the bundled networks.
fn networks() -> Result<[Weights; 3], Box<dyn Error>> {
    let bundled = |name: &str| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("weights").join(name);
        Ok::<_, Box<dyn Error>>(Weights { name: name.to_owned(), ..weights::open(&folder, false)? })
    };
    Ok([vgg19(), bundled("fast")?, bundled("tiny")?])
}

fn vgg19() -> Weights {
    let mut in_channels = 3;
    let convs = Layer::ALL.map(|layer| {
        let out_channels = layer.vgg19_channels();
        let (weight, bias) = (vec![0.0; out_channels * in_channels * 9], vec![0.0; out_channels]);
        let conv = Conv { layer, out_channels, in_channels, weight, bias };
        in_channels = out_channels;
        conv
    });
    Weights { name: "vgg19".into(), mean: [0.5; 3], balance: Balance::default(), convs: convs.into() }
}

/// Channels in and out of every layer.
fn channels(networks: &[Weights]) -> Vec<(usize, usize)> {
    networks
        .iter()
        .flat_map(|weights| &weights.convs)
        .map(|conv| (conv.in_channels, conv.out_channels))
        .collect()
}

/// The rule, each algorithm, and each register tile with the two algorithms that use it most differently.
fn choices() -> Vec<Option<Choice>> {
    let algorithms = Algorithm::ALL.map(Choice::from).into_iter();
    let tiles = [Algorithm::Direct, Algorithm::Winograd(Tile::Four)]
        .into_iter()
        .flat_map(|algorithm| RegisterTile::ALL.map(|tile| Choice { algorithm, tile: Some(tile) }));
    std::iter::once(None).chain(algorithms.chain(tiles).map(Some)).collect()
}

/// The launches of a step after the first, by this choice wherever there is one.
fn step(weights: &Weights, choice: Option<Choice>, gpu: &Gpu) -> Result<Vec<Launch>, Box<dyn Error>> {
    let mut algorithms = Algorithms::default();
    if let Some(choice) = choice {
        // The first convolution reads or writes a picture of four channels and has a single algorithm.
        for conv in weights.convs.iter().skip(1) {
            algorithms.set(conv.in_channels, conv.out_channels, choice);
            algorithms.set(conv.out_channels, conv.in_channels, choice);
        }
    }
    let options = Options { schedule: Schedule::Single, ..Options::default() };
    let [photo, painting] = [1, 2].map(|seed| Picture::noise(SIDE, SIDE, seed));
    let (transfer, _) = launches_of(|| {
        let vgg = Vgg::by(&algorithms, weights, &gpu.device)?;
        let mut transfer = block_on(StyleTransfer::new(vgg, &photo, &painting, &options))?;
        block_on(transfer.step())?;
        Ok::<_, Box<dyn Error>>(transfer)
    });
    let mut transfer = transfer?;
    let (outcome, launches) = launches_of(|| block_on(transfer.step()));
    outcome?;
    Ok(launches)
}

fn described(Launch { name, label, workgroups, parameters, buffers, .. }: &Launch) -> Value {
    json!({ "kernel": name, "label": label, "workgroups": workgroups, "parameters": parameters, "buffers": buffers })
}
