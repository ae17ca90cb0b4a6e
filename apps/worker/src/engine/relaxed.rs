//! Enables relaxed SIMD for matrix products on the CPU, in browsers that support it ([`processor::relaxed`]).

use js_sys::{
    Function, Object, Reflect, Uint8Array,
    WebAssembly::{Instance, Module, Table},
};
use processor::relaxed;
use wasm_bindgen::{JsCast, JsValue};

/// Enables relaxed SIMD if the browser supports it.
pub fn start() {
    // A browser without these instructions rejects the module; products then use the ordinary instructions.
    let _ = try_to_start();
}

fn try_to_start() -> Result<(), JsValue> {
    let module = Module::new(&Uint8Array::from(relaxed::MODULE))?;
    let [env, imports] = [Object::new(), Object::new()];
    Reflect::set(&env, &"memory".into(), &wasm_bindgen::memory())?;
    Reflect::set(&imports, &"env".into(), &env)?;
    let exports = Instance::new(&module, &imports)?.exports();
    let panel: Function = Reflect::get(&exports, &"panel".into())?.dyn_into()?;
    let table: Table = wasm_bindgen::function_table().dyn_into()?;
    table.set(relaxed::place(), &panel)?;
    // SAFETY: the module was instantiated, so the instructions are supported.
    unsafe { relaxed::start() };
    Ok(())
}
