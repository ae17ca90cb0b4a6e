//! Computes a convolution and the pooling beside it: forward the one after it, backward the one before it. A hardware GPU does
//! so in one launch, in the epilogue of the convolution.

use options::Pooling;
use picture::rect::Remainder;

use super::{Map, conv, conv::Filter, on_device, pool};

/// The features of a layer ([`conv::forward`]), and those features pooled ([`pool::forward`]).
pub fn forward(x: &Map, filter: &Filter, pooling: Pooling, remainder: Remainder) -> (Map, Map) {
    on_device!(x.device(),
        gpu: {
            let [h, w, _] = x.dims();
            let sides = [h, w].map(|side| remainder.behind(side, 1));
            conv::forward_pooled(x, filter, pooling, sides).unwrap_or_else(|| forward_apart(x, filter, pooling, remainder))
        },
        cpu: forward_apart(x, filter, pooling, remainder))
}

/// Gradient with respect to `features` `[H, W, out]`, which were pooled before a convolution: [`conv::backward`], then
/// [`pool::backward`]. `gradient` is `[⌈H/2⌉, ⌈W/2⌉, in]`, `add` is `[H, W, out]`.
pub fn backward(gradient: &Map, filter: &Filter, features: &Map, add: Option<&Map>, pooling: Pooling) -> Map {
    on_device!(gradient.device(),
        gpu: conv::backward_unpooled(gradient, filter, features, add, pooling)
            .unwrap_or_else(|| backward_apart(gradient, filter, features, add, pooling)),
        cpu: backward_apart(gradient, filter, features, add, pooling))
}

/// One after the other.
fn forward_apart(x: &Map, filter: &Filter, pooling: Pooling, remainder: Remainder) -> (Map, Map) {
    let features = conv::forward(x, filter);
    let pooled = pool::forward(&features, pooling, remainder);
    (features, pooled)
}

/// One after the other.
fn backward_apart(
    gradient: &Map,
    filter: &Filter,
    features: &Map,
    add: Option<&Map>,
    pooling: Pooling,
) -> Map {
    pool::backward(features, &conv::backward(gradient, filter, None, None), add, pooling)
}
