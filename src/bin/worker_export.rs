//! The worker that makes the files that visitors save. The page starts it.

#[cfg(target_arch = "wasm32")]
fn main() {
    impasto::web::encode::start();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("This is a worker of Impasto's page, built for browsers: run `cargo xtask serve`.");
}
