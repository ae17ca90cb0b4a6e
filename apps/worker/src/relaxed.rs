//! Relaxed SIMD for products on the processor, in browsers that have it ([`processor::relaxed`]).

use js_sys::{
    Function, Object, Reflect, Uint8Array,
    WebAssembly::{Instance, Module, Table},
};
use processor::relaxed;
use wasm_bindgen::{JsCast, JsValue};

/// Has products use it from now on, if it is there.
pub fn start() {
    // A browser that does not know the instructions refuses the module, and products go on as without it.
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
    // SAFETY: there it is.
    unsafe { relaxed::start() };
    Ok(())
}
