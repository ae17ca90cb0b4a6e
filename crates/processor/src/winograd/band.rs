//! Transforms a band of tiles: the input before the products, and the products to the output.
#![expect(clippy::inline_always, reason = "see `lanes`")]

use std::{marker::PhantomData, ops::Range};

use super::transform::Transform;
use crate::{
    Epilogue,
    lanes::{Lanes, Loop, array, vectors},
};

/// A range of the tiles of a map, counted row by row.
#[derive(Clone, Copy)]
pub struct Band {
    pub height: usize,
    pub width: usize,
    pub first: usize,
    pub count: usize,
}

impl Band {
    /// Each tile of the band, with the position of its first output.
    fn tiles(self, side: usize) -> impl Iterator<Item = (usize, usize, usize)> {
        let across = self.width.div_ceil(side);
        (0..self.count).map(move |tile| {
            let number = self.first + tile;
            (tile, number / across * side, number % across * side)
        })
    }
}

/// `Bᵀ d B` of each tile → `[elements, tiles, channels]`. x has `above` rows above the map; outside of x the input is
/// zero.
pub struct Input<'a, T, const SIDE: usize, const INPUTS: usize> {
    band: Band,
    x: &'a [f32],
    above: usize,
    channels: usize,
    transformed: &'a mut [f32],
    /// A pixel outside of x.
    outside: Vec<f32>,
    tile: PhantomData<T>,
}

impl<'a, T: Transform<SIDE, INPUTS>, const SIDE: usize, const INPUTS: usize> Input<'a, T, SIDE, INPUTS> {
    pub fn new(band: Band, x: &'a [f32], above: usize, channels: usize, transformed: &'a mut [f32]) -> Self {
        let transformed = &mut transformed[..INPUTS * INPUTS * band.count * channels];
        Self { band, x, above, channels, transformed, outside: vec![0.0; channels], tile: PhantomData }
    }

    /// The pixels that the tile with this first output needs. Each has all channels.
    #[inline(always)]
    fn pixels(&self, top: usize, left: usize) -> [[*const f32; INPUTS]; INPUTS] {
        let (width, channels) = (self.band.width, self.channels);
        let rows = self.x.len() / (width * channels).max(1);
        let top = self.above + top;
        let mut pixels = [[self.outside.as_ptr(); INPUTS]; INPUTS];
        // Most tiles lie within the map, and need no check of each pixel.
        if top > 0 && top + INPUTS - 1 <= rows && left > 0 && left + INPUTS - 1 <= width {
            let x = &self.x[((top - 1) * width + left - 1) * channels..];
            assert!(x.len() >= ((INPUTS - 1) * width + INPUTS) * channels);
            for (i, pixels) in pixels.iter_mut().enumerate() {
                for (j, pixel) in pixels.iter_mut().enumerate() {
                    *pixel = x.as_ptr().wrapping_add((i * width + j) * channels);
                }
            }
            return pixels;
        }
        for (y, pixels) in (top..).zip(&mut pixels) {
            for (x, pixel) in (left..).zip(pixels) {
                if (1..=rows).contains(&y) && (1..=width).contains(&x) {
                    *pixel = self.x[((y - 1) * width + x - 1) * channels..][..channels].as_ptr();
                }
            }
        }
        pixels
    }
}

impl<T: Transform<SIDE, INPUTS>, const SIDE: usize, const INPUTS: usize> Loop for Input<'_, T, SIDE, INPUTS> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let (channels, count) = (self.channels, self.band.count);
        let transformed = self.transformed.as_mut_ptr();
        for (tile, top, left) in self.band.tiles(SIDE) {
            let pixels = self.pixels(top, left);
            for channel in vectors::<L>(channels) {
                // SAFETY: each pixel has all channels, and `vectors` stays within them.
                let mut rows = [[L::splat(0.0); INPUTS]; INPUTS];
                for (row, pixels) in rows.iter_mut().zip(&pixels) {
                    *row = T::input(array(|j| unsafe { L::read(pixels[j].add(channel)) }));
                }
                for j in 0..INPUTS {
                    for (i, value) in T::input(column(&rows, j)).into_iter().enumerate() {
                        let at = ((i * INPUTS + j) * count + tile) * channels + channel;
                        // SAFETY: `new` has checked that this many are there.
                        unsafe { value.write(transformed.add(at)) };
                    }
                }
            }
        }
    }
}

/// `Aᵀ m A` of each tile of the products `[elements, tiles, channels of the part]`, written to a part of the map that
/// begins after `above` rows of pixels.
pub struct Output<'a, T, const SIDE: usize, const INPUTS: usize> {
    band: Band,
    products: &'a [f32],
    /// All output channels, of which a part is computed.
    channels: usize,
    part: Range<usize>,
    epilogue: Epilogue<'a>,
    above: usize,
    out: &'a mut [f32],
    tile: PhantomData<T>,
}

impl<'a, T: Transform<SIDE, INPUTS>, const SIDE: usize, const INPUTS: usize> Output<'a, T, SIDE, INPUTS> {
    pub fn new(
        band: Band,
        products: &'a [f32],
        channels: usize,
        part: Range<usize>,
        epilogue: Epilogue<'a>,
        above: usize,
        out: &'a mut [f32],
    ) -> Self {
        let products = &products[..INPUTS * INPUTS * band.count * part.len()];
        Self { band, products, channels, part, epilogue, above, out, tile: PhantomData }
    }
}

impl<T: Transform<SIDE, INPUTS>, const SIDE: usize, const INPUTS: usize> Loop
    for Output<'_, T, SIDE, INPUTS>
{
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Band { height, width, count, .. } = self.band;
        let channels = self.part.len();
        for (tile, top, left) in self.band.tiles(SIDE) {
            let [high, wide] = [height - top, width - left].map(|rest| rest.min(SIDE));
            for channel in vectors::<L>(channels) {
                let mut rows = [[L::splat(0.0); SIDE]; INPUTS];
                for (i, row) in rows.iter_mut().enumerate() {
                    *row = T::output(array(|j| {
                        let at = ((i * INPUTS + j) * count + tile) * channels + channel;
                        // SAFETY: `new` has checked that this many are there.
                        unsafe { L::read(self.products.as_ptr().add(at)) }
                    }));
                }
                for j in 0..wide {
                    for (i, sum) in T::output(column(&rows, j)).into_iter().enumerate().take(high) {
                        let pixel = (top + i) * width + left + j;
                        let sum = self.epilogue.of(sum, pixel * self.channels, self.part.start + channel);
                        sum.put(self.out, (pixel - self.above * width) * channels + channel);
                    }
                }
            }
        }
    }
}

#[inline(always)]
fn column<L: Lanes, const HIGH: usize, const WIDE: usize>(rows: &[[L; WIDE]; HIGH], at: usize) -> [L; HIGH] {
    array(|row| rows[row][at])
}
