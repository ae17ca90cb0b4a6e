//! Matrix products with relaxed SIMD, in browsers that have it.
//!
//! A browser without it would refuse a whole engine that uses it, and a second engine would have to be built and hosted. So
//! only what is innermost is a module of its own, of a few kilobytes, which the engine carries along: once the engine runs,
//! it starts [`MODULE`] on its own memory, and puts its function into its own table in the place of [`place`].

use std::{
    cell::{Cell, RefCell},
    hint::black_box,
    mem::transmute,
};

use self::operands::Operands;
use crate::view::View;

mod operands;

/// The module. It imports `env.memory`, and exports `panel`.
pub const MODULE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/panel.wasm"));

/// As `panel` in `panel.rs`.
type Panel = unsafe extern "C" fn(*const Operands);

/// Products that are summed before the sums are stored: few enough for what they are computed of to stay in a core's nearest
/// cache.
const INNER: usize = 128;

/// Rows of a right matrix that are further apart are packed: some caches have few places for numbers that are a power of two
/// apart.
const FAR: usize = 64;

thread_local! {
    static PANEL: Cell<Option<Panel>> = const { Cell::new(None) };
    /// A panel of a right matrix.
    static PACKED: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
}

/// Holds the place of the module's function, and is never called.
extern "C" fn nobody(_: *const Operands) {
    unreachable!("called before it was put into its place")
}

/// Where in the engine's table the module's function belongs.
pub fn place() -> u32 {
    nobody as Panel as usize as u32
}

/// From now on products go by the module.
///
/// # Safety
/// Its function must be in its [`place`].
pub unsafe fn start() {
    // The compiler must not find out whose place it is.
    // SAFETY: on wasm a function's address is its place in the table, and it has this signature there.
    PANEL.set(Some(unsafe { transmute::<usize, Panel>(black_box(place() as usize)) }));
}

/// As [`crate::matrix::multiply`], where the module runs and can do it: whether that is so.
pub fn multiply(
    left: View,
    right: View,
    out: &mut [f32],
    row: usize,
    [rows, inner, columns]: [usize; 3],
    add: bool,
) -> bool {
    let Some(panel) = PANEL.get() else { return false };
    if right.column != 1 || !columns.is_multiple_of(4) {
        return false;
    }
    PACKED.with_borrow_mut(|packed| {
        for start in (0..inner.max(1)).step_by(INNER) {
            let inner = INNER.min(inner - start);
            let left_numbers = left.numbers.get(start * left.column..).unwrap_or_default();
            let mut first = 0;
            while first < columns {
                let wide = match columns - first {
                    rest @ (4 | 8) => rest,
                    // As twice eight: with four alone a sum would wait for the one before.
                    16 => 8,
                    _ => 12,
                };
                let numbers = right.numbers.get(start * right.row + first..).unwrap_or_default();
                let (right_numbers, right_row) = if right.row > FAR {
                    pack(numbers, right.row, [inner, wide], packed);
                    (&packed[..], wide)
                } else {
                    (numbers, right.row)
                };
                let operands = Operands {
                    rows,
                    inner,
                    columns: wide,
                    out: out[first..].as_mut_ptr(),
                    out_row: row,
                    left: left_numbers.as_ptr(),
                    left_row: left.row,
                    left_column: left.column,
                    right: right_numbers.as_ptr(),
                    right_row,
                    add: add || start > 0,
                };
                // SAFETY: the matrices are as large as they must be: `matrix::multiply` has seen to it.
                unsafe { panel(&raw const operands) };
                first += wide;
            }
        }
    });
    true
}

/// `[count, wide]` of rows that are `row` apart.
fn pack(numbers: &[f32], row: usize, [count, wide]: [usize; 2], packed: &mut Vec<f32>) {
    packed.clear();
    for at in 0..count {
        let (quads, _) = numbers[at * row..][..wide].as_chunks::<4>();
        for quad in quads {
            packed.extend_from_slice(quad);
        }
    }
}
