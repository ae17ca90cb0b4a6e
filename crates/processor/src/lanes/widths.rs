//! Runs tests in vectors of every width that the CPU has.

use std::cell::Cell;

use rayon::ThreadPoolBuilder;

thread_local! {
    /// The most values in a vector on this thread.
    pub static MOST: Cell<usize> = const { Cell::new(usize::MAX) };
}

/// Calls `test` for each width up to 4, 8 and 16 values, on one, two and five threads.
pub fn with_each_width(test: impl Fn() + Sync) {
    for (width, threads) in [(4, 1), (8, 2), (16, 5)] {
        let pool = ThreadPoolBuilder::new().num_threads(threads).start_handler(move |_| MOST.set(width));
        pool.build().expect("threads can be started").install(&test);
    }
}
