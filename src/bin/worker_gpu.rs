//! The worker for browsers with WebGPU. The page starts it.

#[cfg(target_arch = "wasm32")]
fn main() {
    use impasto::{
        device,
        message::Engine,
        web::session::{self, Opened},
    };

    session::start(Engine::Gpu, async {
        let gpu = device::gpu().await?;
        let (device, name) = (gpu.device.clone(), gpu.name.clone());
        Ok(Opened { device, name, fault: Box::new(move || gpu.fault()) })
    });
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("This is the worker of Impasto's page, built for browsers: run `cargo xtask serve`.");
}
