//! Estimates the memory of a run, and decides whether a picture fits into it as a whole.
//!
//! WebGPU does not say how much memory a GPU has. So there is a budget that every GPU with WebGPU should have, and the
//! limits that the device grants.

use std::sync::{PoisonError, RwLock};

use burn::tensor::Device;
use weights::{Layer, Weights};

/// What a run may take of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Memory in bytes, without that of the network's weights.
    pub budget: u64,
    /// The size of the largest buffer that a kernel can use, in bytes.
    pub largest: u64,
}

impl Room {
    /// The budget of a device that nothing is known about: one gigabyte.
    pub const BUDGET: u64 = 1 << 30;
    /// WebGPU's default limits.
    pub const LEAST: Self = Self { budget: Self::BUDGET, largest: 128 << 20 };
    /// The CPU: a native program may take four gigabytes. In a browser the worker's memory ends there, and a failed
    /// allocation ends the worker.
    pub const CPU: Self =
        Self { budget: if cfg!(target_family = "wasm") { 2 << 30 } else { 4 << 30 }, largest: u64::MAX };
}

/// The devices whose room is known.
static KNOWN: RwLock<Vec<(Device, Room)>> = RwLock::new(Vec::new());

/// States the room of a device.
pub fn set_room(device: &Device, room: Room) {
    let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    known.retain(|(other, _)| other != device);
    known.push((device.clone(), room));
}

/// The room of a device; [`Room::LEAST`] if nothing was stated about it.
pub fn room(device: &Device) -> Room {
    #[cfg(feature = "cpu")]
    if crate::kernels::is_cpu(device) {
        return Room::CPU;
    }
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
    known.iter().find(|(other, _)| other == device).map_or(Room::LEAST, |(_, room)| *room)
}

/// The memory of a run with Adam per pixel of the picture, in bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PerPixel {
    /// All together.
    pub all: f64,
    /// The largest map.
    pub largest: f64,
}

/// The memory that does not depend on the size of the picture, in bytes: two bands of Winograd's tiles, and partial sums
/// of a Gram matrix.
pub const FIXED: u64 = 40 << 20;

/// The picture, both moments and the gradient, `[H, W, 4]` each, in bytes per pixel. A step changes them in place.
const PICTURE: f64 = 4.0 * 16.0;

impl PerPixel {
    /// The memory of a run with this network, whose features take `value` bytes each.
    pub fn of(weights: &Weights, value: usize) -> Self {
        let maps: Vec<f64> = weights
            .convs
            .iter()
            .map(|conv| (conv.out_channels * value) as f64 / f64::from(1 << (2 * conv.layer.poolings())))
            .collect();
        let largest = maps.iter().copied().fold(0.0, f64::max);
        let content = weights.convs.iter().zip(&maps).find(|(conv, _)| conv.layer == Layer::Conv4_2);
        // The forward pass keeps all maps. At the end of the backward pass there are two gradients beside the first.
        let all = maps.iter().sum::<f64>() + 2.0 * largest + content.map_or(0.0, |(_, map)| *map) + PICTURE;
        Self { all, largest: largest.max(16.0) }
    }

    /// The most pixels of a picture that fits into `room` as a whole.
    pub fn most_at_once(self, room: Room) -> usize {
        let budget = room.budget.saturating_sub(FIXED) as f64 / self.all;
        let largest = room.largest as f64 / self.largest;
        budget.min(largest) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::{PerPixel, Room};

    #[test]
    fn a_narrow_network_has_room_for_a_larger_picture_and_small_limits_for_a_smaller_one() {
        let wide = PerPixel { all: 950.0, largest: 128.0 };
        let narrow = PerPixel { all: 450.0, largest: 56.0 };
        let rich = Room { largest: 1 << 31, ..Room::LEAST };
        assert!((1_000_000..1_100_000).contains(&wide.most_at_once(rich)), "{}", wide.most_at_once(rich));
        assert!(narrow.most_at_once(rich) > 2 * wide.most_at_once(rich));
        assert_eq!(wide.most_at_once(Room { largest: 64 << 20, ..rich }), 1 << 19);
    }
}
