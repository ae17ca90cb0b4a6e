const TAPS = 1u;

/// Where the channels of a pixel begin.
fn position(batch: u32, pixel: u32) -> u32 {
    return (batch * parameters.height * parameters.width + pixel) * parameters.inputs;
}

/// A vec4 of channels.
fn source(k: u32) -> u32 {
    return k;
}

/// Zero past the last channel.
fn load(position: u32, channel: u32) -> {{stored}} {
    let inputs = parameters.inputs;
    return select({{stored}}(), x[position + min(channel, inputs - 1u)], channel < inputs);
}
