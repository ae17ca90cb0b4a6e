//! Lets pending messages of the page be processed between two steps.

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::MessageChannel;

/// Waits for one macrotask. A timer is not used: browsers clamp nested ones to four milliseconds, and to a second in a
/// background tab.
pub struct Yielder {
    channel: Option<MessageChannel>,
}

impl Yielder {
    pub fn new() -> Self {
        Self { channel: MessageChannel::new().ok() }
    }

    pub async fn macrotask(&self) {
        let passed = Promise::new(&mut |resolve, _| match &self.channel {
            Some(channel) => {
                channel.port1().set_onmessage(Some(&resolve));
                let _ = channel.port2().post_message(&JsValue::NULL);
            }
            None => {
                let _ = resolve.call0(&JsValue::UNDEFINED);
            }
        });
        let _ = JsFuture::from(passed).await;
    }
}
