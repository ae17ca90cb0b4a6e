//! Counts the launches of a step with the kernels of a hardware adapter, and checks that replayed steps are the same as
//! launched ones.
//!
//! With `--nocapture` it prints the numbers.

use crate::samples::{root, sample, tiny};
use impasto::{StyleTransfer, device, kernels, kernels::Storage, network::Vgg};
use options::{AdamOptions, Options, Schedule, StyleLoss};
use picture::{Losses, Picture, Size};
use pollster::block_on;
use weights::{Weights, open};

/// Launches of one step: the first of a run, which is never replayed.
fn launches(weights: &Weights) -> usize {
    let gpu = block_on(device::gpu()).expect("a GPU, or a software driver for one (mesa-vulkan-drivers)");
    kernels::set_in_software(&gpu.device, false);
    let vgg = Vgg::new(weights, &gpu.device).unwrap();
    let [photo, painting] = [1, 2].map(|seed| Picture::noise(32, 32, seed));
    let options = Options { size: Size::Original, schedule: Schedule::Single, ..Options::default() };
    let mut transfer = block_on(StyleTransfer::new(vgg, &photo, &painting, &options)).unwrap();
    let before = kernels::launches();
    block_on(transfer.step()).unwrap();
    let count = kernels::launches() - before;
    block_on(transfer.step()).unwrap(); // is recorded, with as many launches but that of the optimiser
    block_on(transfer.step()).unwrap();
    assert_eq!(kernels::launches() - before, 2 * count + 1, "the third step replays the second");
    count
}

#[test]
fn a_step_has_few_launches() {
    let packed = |name: &str| open(&root().join("weights").join(name), false).unwrap();
    let networks = [
        ("VGG-19", crate::network_shape::of(weights::Layer::vgg19_channels), 56),
        ("Fast", packed("fast"), 36),
        ("Tiny", packed("tiny"), 36),
    ];
    for (name, weights, most) in networks {
        let count = launches(&weights);
        println!("{name}: {count} launches");
        assert!(count <= most, "{name}: {count} launches");
    }
}

/// A run with everything that ends a recording: a change of the content weight, scales, and a new start.
async fn course(device: &device::Device) -> Vec<Losses> {
    let (photo, painting) = (sample("photos/coffee.jpg", 140), sample("styles/hokusai-great-wave.jpg", 140));
    let options = Options { steps: 16, ..Options::default() };
    let mut transfer = StyleTransfer::new(tiny(device), &photo, &painting, &options).await.unwrap();
    let mut losses = Vec::new();
    for step in 0..options.steps {
        transfer.next_scale().await.unwrap();
        if step == 12 {
            transfer.set_content_weight(0.5);
        }
        transfer.step().await.unwrap();
        // Some are replayed one after the other, without a wait.
        if step % 3 == 0 {
            losses.push(transfer.losses().await.unwrap());
        }
    }
    losses.push(transfer.evaluate().await.unwrap());
    transfer.restart_from(&photo).await.unwrap();
    for _ in 0..4 {
        transfer.step().await.unwrap();
        losses.push(transfer.losses().await.unwrap());
    }
    losses
}

#[test]
fn replayed_steps_are_those_of_the_processor() {
    let gpu = block_on(device::gpu()).expect("a GPU, or a software driver for one (mesa-vulkan-drivers)");
    let [expected, got] = [device::cpu(), gpu.device].map(|device| block_on(course(&device)));
    for (at, (expected, got)) in expected.iter().zip(&got).enumerate() {
        let losses = |losses: &Losses| [losses.total, losses.content, losses.tv];
        for (expected, got) in losses(expected).into_iter().zip(losses(got)) {
            // The GPU stores features in 16 bits.
            assert!((got - expected).abs() <= 0.02 * expected + 1e-4, "{at}: {got} for {expected}");
        }
    }
}

/// The positions that are compared with neighbours are others at each step, also where launches are replayed.
#[test]
fn replayed_steps_compare_other_positions_each_time() {
    let gpu = block_on(device::gpu()).expect("a GPU, or a software driver for one (mesa-vulkan-drivers)");
    let (photo, painting) = (sample("photos/coffee.jpg", 140), sample("styles/hokusai-great-wave.jpg", 140));
    // A picture that stays as it is: only the positions can change the loss.
    let adam = AdamOptions { learning_rate: 1e-12, ..AdamOptions::default() };
    let options =
        Options { adam, style_loss: StyleLoss::Neighbors, schedule: Schedule::Single, ..Options::default() };
    let [expected, got] = [device::cpu(), gpu.device].map(|device| {
        let vgg = tiny(&device).storing(Storage::Full);
        let mut transfer = block_on(StyleTransfer::new(vgg, &photo, &painting, &options)).unwrap();
        let step = |_| {
            block_on(transfer.step()).unwrap();
            block_on(transfer.losses()).unwrap().style
        };
        (0..8).map(step).collect::<Vec<f32>>()
    });
    println!("{got:?}");
    for (at, (expected, got)) in expected.iter().zip(&got).enumerate() {
        assert!((got - expected).abs() <= 1e-4 * expected, "step {at}: {got} for {expected}");
    }
    let kinds: std::collections::BTreeSet<u32> =
        got.iter().map(|loss| (loss / got[0] * 5e3).round() as u32).collect();
    assert!(kinds.len() > 2, "at a stride of two there are four grids: {got:?}");
}

/// Nanoseconds of processor time so far of each kind of thread of this process, by its name: threads bear the name of the one
/// that started them, unless they have one of their own.
#[cfg(target_os = "linux")]
fn thread_times() -> std::collections::BTreeMap<String, u64> {
    let caller = std::fs::read_link("/proc/thread-self").unwrap();
    let mut times = std::collections::BTreeMap::new();
    for task in std::fs::read_dir("/proc/self/task").unwrap() {
        let path = task.unwrap().path();
        let read = |file: &str| std::fs::read_to_string(path.join(file)).unwrap_or_default();
        let time = read("schedstat").split(' ').next().and_then(|time| time.parse().ok()).unwrap_or(0);
        let is_caller = path.file_name() == caller.file_name();
        let name = if is_caller { "the caller".to_owned() } else { read("comm").trim().to_owned() };
        *times.entry(name).or_insert(0) += time;
    }
    times
}

/// Prints the processor's time to queue a step, launched and replayed: that of the calling thread and of the thread to which
/// cubecl sends the launches. Other threads execute the kernels of a driver in software.
#[test]
#[cfg(target_os = "linux")]
#[ignore = "measures and checks nothing"]
fn the_cost_of_queueing_a_step() {
    const STEPS: u32 = 60;
    for network in ["fast", "tiny"] {
        let gpu = block_on(device::gpu()).unwrap();
        kernels::set_in_software(&gpu.device, false);
        let vgg =
            Vgg::new(&open(&root().join("weights").join(network), false).unwrap(), &gpu.device).unwrap();
        let [photo, painting] = [1, 2].map(|seed| Picture::noise(16, 16, seed));
        let options = Options { size: Size::Original, schedule: Schedule::Single, ..Options::default() };
        let mut transfer = block_on(StyleTransfer::new(vgg, &photo, &painting, &options)).unwrap();
        for launched in [true, false] {
            let mut before = thread_times();
            for step in 0..STEPS + 10 {
                if launched {
                    // Ends the recording.
                    transfer.set_content_weight(0.1 + 0.001 * step as f32);
                }
                block_on(transfer.step()).unwrap();
                if step == 9 {
                    block_on(transfer.losses()).unwrap();
                    before = thread_times();
                }
            }
            block_on(transfer.losses()).unwrap();
            let way = if launched { "launched" } else { "replayed" };
            for (thread, after) in thread_times() {
                let time = (after - before.get(&thread).copied().unwrap_or(0)) / u64::from(STEPS) / 1000;
                println!("{network}, {way}: {thread}: {time} µs a step");
            }
        }
    }
}

/// A rehearsed, a recorded and a replayed evaluation have exactly the losses of a launched one: none gets memory that
/// another still needs.
#[test]
fn a_repeated_evaluation_is_that_of_a_single_one() {
    let gpu = block_on(device::gpu()).expect("a GPU, or a software driver for one (mesa-vulkan-drivers)");
    let [photo, painting, other] = [1, 2, 3].map(|seed| Picture::noise(45, 38, seed));
    let options = Options { size: Size::Original, schedule: Schedule::Single, ..Options::default() };
    let mut transfer = block_on(StyleTransfer::new(tiny(&gpu.device), &photo, &painting, &options)).unwrap();
    let (expected, _) = block_on(transfer.loss_and_gradient(&other)).unwrap();
    block_on(transfer.restart_from(&other)).unwrap();
    for way in ["rehearsed", "recorded", "replayed"] {
        assert_eq!(block_on(transfer.evaluate()).unwrap(), expected, "{way}");
    }
}
