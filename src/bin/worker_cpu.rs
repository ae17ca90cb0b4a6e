//! The worker for browsers without WebGPU. The page starts it.

#[cfg(target_arch = "wasm32")]
fn main() {
    use impasto::{
        device,
        message::Engine,
        web::session::{self, Opened},
    };

    session::start(Engine::Cpu, async {
        let name = "the processor".into();
        Ok(Opened { device: device::cpu(), name, software: true, fault: Box::new(|| None) })
    });
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("This is the worker of Impasto's page, built for browsers: run `cargo xtask serve`.");
}
