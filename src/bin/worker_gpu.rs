//! The worker for browsers with WebGPU. The page starts it.

#[cfg(target_arch = "wasm32")]
fn main() {
    use std::rc::Rc;

    use impasto::{
        device,
        message::Engine,
        web::{
            adapter_name,
            session::{self, Opened},
            timestamps,
        },
    };

    // The benchmark's baseline is this same worker on stock kernels.
    #[cfg(feature = "stock")]
    impasto::kernels::use_stock_operations(true);
    session::start(Engine::Gpu, async {
        let requested = device::request().await?;
        let gpu = timestamps::claimed(|| requested.open())?;
        let name = adapter_name().await.unwrap_or_else(|| gpu.name.clone());
        let device = gpu.device.clone();
        Ok(Opened { device, name, software: gpu.software, fault: Rc::new(move || gpu.fault()) })
    });
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("This is the worker of Impasto's page, built for browsers: run `cargo xtask serve`.");
}
