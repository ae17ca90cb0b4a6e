//! Split-K sums: long sums over few results are split into parts that are summed in parallel, and the partial sums are added
//! here.

use super::gpu::{Buffer, Shader as _, shader};

/// `norm · Σ parts`, of `count` partial sums one after the other, each of the shape of the result.
pub fn split_k_sum<const D: usize>(parts: &Buffer, count: usize, norm: f32, shape: [usize; D]) -> Buffer {
    let sum = parts.new_persistent(shape);
    let vec4s = shape.iter().product::<usize>() / 4;
    SplitKSum.launch(vec4s.div_ceil(64), &[parts], &[&sum], &[vec4s as u32, count as u32, norm.to_bits()]);
    sum
}

shader!(SplitKSum, "split_k_sum.wgsl", 64);
