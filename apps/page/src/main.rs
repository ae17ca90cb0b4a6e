//! The page. It runs in a browser: `cargo xtask serve` builds and serves it.

#[cfg(target_family = "wasm")]
fn main() {
    page::app::start();
}

#[cfg(not(target_family = "wasm"))]
fn main() {
    eprintln!("This is the page of Impasto, built for browsers: run `cargo xtask serve`.");
}
