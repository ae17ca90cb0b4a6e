//! Defines the layout of transformed kernels.

use std::ops::Range;

use crate::{
    matrix::each,
    panel::{BLOCK, blocks, multiply, padded},
    view::{Block, View},
};

/// Transformed kernels, `G g Gᵀ`, of 16 or 36 elements each (called elements here).
#[derive(Clone, Debug)]
pub struct Transformed {
    /// For each block of output channels and each element: `[in, channels of the block]`, the rows padded. The kernels of
    /// a wide layer do not fit into the cache, so they are in the order in which they are read.
    numbers: Vec<f32>,
    elements: usize,
    inputs: usize,
    outputs: usize,
}

impl Transformed {
    /// Transforms kernels: `transform(input, output, elements)` writes the elements of one.
    pub fn new(
        [elements, inputs, outputs]: [usize; 3],
        transform: impl Fn(usize, usize, &mut [f32]) + Sync,
    ) -> Self {
        let mut numbers = vec![0.0; elements * inputs * padded(outputs)];
        each(&mut numbers, elements * inputs * BLOCK, |block, numbers| {
            let first = block * BLOCK;
            let columns = BLOCK.min(outputs - first);
            let mut one = vec![0.0; elements];
            // Outputs in the inner loop: they are adjacent in memory.
            for input in 0..inputs {
                for column in 0..columns {
                    transform(input, first + column, &mut one);
                    for (index, &value) in one.iter().enumerate() {
                        numbers[(index * inputs + input) * padded(columns) + column] = value;
                    }
                }
            }
        });
        Self { numbers, elements, inputs, outputs }
    }

    /// From the values of [`Self::numbers`] and the result of [`Self::dims`].
    ///
    /// # Panics
    /// If the number of values does not match.
    pub fn from_numbers(numbers: Vec<f32>, [elements, inputs, outputs]: [usize; 3]) -> Self {
        assert_eq!(numbers.len(), elements * inputs * padded(outputs), "[{elements}, {inputs}, {outputs}]");
        Self { numbers, elements, inputs, outputs }
    }

    /// The kernels of a range of output channels.
    #[must_use]
    pub fn part(&self, outputs: Range<usize>) -> Self {
        Self::new([self.elements, self.inputs, outputs.len()], |input, output, elements| {
            for (index, value) in elements.iter_mut().enumerate() {
                *value = self.numbers[self.at(index, input, outputs.start + output)];
            }
        })
    }

    /// The numbers of elements, input channels and output channels.
    pub fn dims(&self) -> [usize; 3] {
        [self.elements, self.inputs, self.outputs]
    }

    /// All values, in the order of memory: to send them to another thread.
    pub fn numbers(&self) -> &[f32] {
        &self.numbers
    }

    fn at(&self, index: usize, input: usize, output: usize) -> usize {
        let first = output / BLOCK * BLOCK;
        self.matrix(index, first) + input * self.row(first) + output - first
    }

    /// Where the matrix of one element begins, in the block whose first channel is `first`.
    fn matrix(&self, index: usize, first: usize) -> usize {
        (first * self.elements + index * self.row(first)) * self.inputs
    }

    /// The length of the rows of the block whose first channel is `first`.
    fn row(&self, first: usize) -> usize {
        padded(BLOCK.min(self.outputs - first))
    }

    /// `[rows, in]` by the matrix `[in, out]` of one element → `[rows, out]`, for these channels, which begin with a
    /// block.
    pub fn multiply(&self, index: usize, rows: &[f32], channels: Range<usize>, out: &mut [f32]) {
        let count = rows.len() / self.inputs;
        let left = View { numbers: rows, row: self.inputs, column: 1 };
        for (column, wide) in blocks(channels.len()) {
            let first = channels.start + column;
            let block = Block { numbers: &self.numbers[self.matrix(index, first)..], row: self.row(first) };
            let dims = [count, self.inputs, wide];
            multiply(left, block, &mut out[column..], channels.len(), dims, false);
        }
    }
}
