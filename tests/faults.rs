//! Errors of a GPU become failures that say what happened, never panics.

use burn::tensor::{Tensor, wgpu::wgpu};
use impasto::{
    Error,
    device::{self, Gpu},
    kernels::readback::read_values,
};
use pollster::block_on;

fn gpu() -> Gpu {
    block_on(device::gpu()).expect("a GPU adapter; `cargo xtask test` installs a software one")
}

#[test]
fn what_a_gpu_refuses_is_a_fault_and_no_panic() {
    let gpu = gpu();
    let twice_two = Tensor::<1>::from_data([2.0], &gpu.device) * 2.0;
    assert_eq!(block_on(read_values(twice_two)).unwrap(), [4.0]);
    assert_eq!(gpu.fault(), None);

    let descriptor = wgpu::BufferDescriptor {
        label: None,
        size: gpu.requested.limits().max_buffer_size + 4,
        usage: wgpu::BufferUsages::STORAGE,
        mapped_at_creation: false,
    };
    let _invalid = gpu.requested.create_buffer(&descriptor);
    let fault = gpu.fault().expect("the error is kept");
    assert!(matches!(&fault, Error::DeviceLost(why) if why.contains("size")), "{fault:?}");
}

#[test]
fn a_lost_gpu_cannot_be_read_and_is_no_panic() {
    let gpu = gpu();
    let twice_two = Tensor::<1>::from_data([2.0], &gpu.device) * 2.0;
    gpu.requested.destroy();
    let failure = block_on(read_values(twice_two)).unwrap_err();
    assert!(matches!(failure, Error::DeviceLost(_)), "{failure:?}");
}
