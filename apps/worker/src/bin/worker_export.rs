//! The worker that makes the files to save. The page starts it.

#[cfg(target_family = "wasm")]
fn main() {
    worker::export::start();
}

#[cfg(not(target_family = "wasm"))]
fn main() {
    eprintln!("This is a worker of Impasto's page, built for browsers: run `cargo xtask serve`.");
}
