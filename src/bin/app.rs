//! The page. It runs in a browser: `cargo xtask serve` builds and serves it.

#[cfg(target_arch = "wasm32")]
fn main() {
    impasto::web::page::app::start();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("This is the page of Impasto, built for browsers: run `cargo xtask serve`.");
}
