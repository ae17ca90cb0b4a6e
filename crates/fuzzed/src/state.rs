//! Any bytes are read as the state of a run or refused; each map of a state has as many values as its size says.

#[path = "../../../apps/cli/src/stylize/state_format.rs"]
#[allow(dead_code)]
mod state_format;

/// Reads bytes as the state of a run.
///
/// # Panics
/// If a property does not hold.
pub fn state(bytes: &[u8]) {
    let Some((about, maps)) = state_format::parsed(bytes) else { return };
    for (size, values) in &maps {
        assert_eq!(size.iter().product::<usize>(), values.len());
    }
    if about.identity.options.validate().is_err() {
        return; // no run has such options
    }
    let file = state_format::serialized(&about, &maps).expect("a state that was read can be written");
    let (_, again) = state_format::parsed(&file).expect("a state that was written can be read");
    assert_eq!(again.len(), maps.len());
}
