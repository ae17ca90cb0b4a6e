//! Computes matrix products with relaxed SIMD, in browsers that support it.
//!
//! A browser without relaxed SIMD rejects any wasm module that contains it, so the whole engine would have to be
//! built and hosted twice. Instead only the innermost loop is a module of its own, of a few kilobytes, embedded in
//! the engine. At run time the engine instantiates [`MODULE`] on its own memory and puts the exported function into
//! its own function table, at the index [`place`].

use std::{cell::Cell, hint::black_box, mem::transmute};

use self::operands::Operands;
use crate::view::{Block, View};

mod operands;

/// The module. It imports `env.memory` and exports `panel`.
pub const MODULE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/panel.wasm"));

/// The signature of `panel` in `panel.rs`.
type Panel = unsafe extern "C" fn(*const Operands);

/// The number of products per sum before it is stored, so that the operands stay in the L1 cache.
const INNER: usize = 128;

thread_local! {
    static PANEL: Cell<Option<Panel>> = const { Cell::new(None) };
}

/// A placeholder that reserves an index in the function table. Never called.
extern "C" fn nobody(_: *const Operands) {
    unreachable!("called before it was put into its place")
}

/// The index in the engine's function table where the function of the module must be put.
pub fn place() -> u32 {
    nobody as Panel as usize as u32
}

/// Makes `multiply` use the module from now on.
///
/// # Safety
/// The function of the module must be at the index [`place`] of the function table.
pub unsafe fn start() {
    // The compiler must not find out whose place it is.
    // SAFETY: on wasm a function's address is its place in the table, and it has this signature there.
    PANEL.set(Some(unsafe { transmute::<usize, Panel>(black_box(place() as usize)) }));
}

/// As [`crate::panel::multiply`], if the module runs. Returns whether it does.
pub fn multiply(
    left: View,
    block: Block,
    out: &mut [f32],
    row: usize,
    [rows, inner, columns]: [usize; 3],
    add: bool,
) -> bool {
    let Some(panel) = PANEL.get() else { return false };
    for start in (0..inner.max(1)).step_by(INNER) {
        let inner = INNER.min(inner - start);
        let mut first = 0;
        while first < columns {
            let wide = match columns - first {
                rest @ (4 | 8) => rest,
                // Twice eight: with four columns alone, each sum would wait for the one before.
                16 => 8,
                _ => 12,
            };
            let operands = Operands {
                rows,
                inner,
                columns: wide,
                out: out[first..].as_mut_ptr(),
                out_row: row,
                left: left.numbers.as_ptr().wrapping_add(start * left.column),
                left_row: left.row,
                left_column: left.column,
                right: block.numbers.as_ptr().wrapping_add(start * block.row + first),
                right_row: block.row,
                add: add || start > 0,
            };
            // SAFETY: `panel::multiply` has checked that the slices are as long as these strides reach.
            unsafe { panel(&raw const operands) };
            first += wide;
        }
    }
    true
}
