//! The published figures of each family of GPUs.

use serde::{Deserialize, Deserializer, Serialize, de::Error};

/// A generation of AMD's architecture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generation {
    /// Polaris.
    Gcn4,
    /// Vega.
    Gcn5,
    Rdna1,
    Rdna2,
    /// Its second set of multipliers is left out: this compiler does not use it.
    Rdna3,
}

/// One GPU, as large as the family's largest card.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(into = "String")]
pub struct Family {
    /// As `RADV_FORCE_FAMILY` names it.
    pub name: &'static str,
    pub generation: Generation,
    /// Compute units. Each does 64 multiply-adds a cycle.
    pub units: u32,
    /// Cycles a second, in GHz.
    pub clock: f64,
    /// GB/s of the memory.
    pub memory: f64,
    /// A last cache that holds what a step has just written, its bytes and GB/s. Smaller caches count as none.
    pub last: Option<(u64, f64)>,
    /// Whether a kernel must not spill. RDNA 3 is only shown: to it this compiler, the first that knows it, gives half of
    /// the registers.
    pub strict: bool,
}

/// Those that the kernels are compiled for.
pub const FAMILIES: [Family; 6] = [
    Family {
        name: "polaris10",
        generation: Generation::Gcn4,
        units: 36,
        clock: 1.27,
        memory: 256.0,
        last: None,
        strict: true,
    },
    Family {
        name: "vega10",
        generation: Generation::Gcn5,
        units: 64,
        clock: 1.55,
        memory: 484.0,
        last: None,
        strict: true,
    },
    Family {
        name: "navi10",
        generation: Generation::Rdna1,
        units: 40,
        clock: 1.91,
        memory: 448.0,
        last: None,
        strict: true,
    },
    Family {
        name: "navi21",
        generation: Generation::Rdna2,
        units: 80,
        clock: 2.25,
        memory: 512.0,
        last: Some((128 << 20, 1940.0)),
        strict: true,
    },
    Family {
        name: "vangogh",
        generation: Generation::Rdna2,
        units: 8,
        clock: 1.6,
        memory: 88.0,
        last: None,
        strict: true,
    },
    Family {
        name: "gfx1100",
        generation: Generation::Rdna3,
        units: 96,
        clock: 2.3,
        memory: 960.0,
        last: Some((96 << 20, 3500.0)),
        strict: false,
    },
];

impl From<Family> for String {
    fn from(family: Family) -> Self {
        family.name.to_owned()
    }
}

impl TryFrom<String> for Family {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let known = FAMILIES.into_iter().find(|family| family.name == name);
        known.ok_or_else(|| format!("there is no family {name}"))
    }
}

impl<'de> Deserialize<'de> for Family {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::try_from(String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl Family {
    fn is_rdna(self) -> bool {
        matches!(self.generation, Generation::Rdna1 | Generation::Rdna2 | Generation::Rdna3)
    }

    /// Vector units of a compute unit.
    pub fn simds(self) -> u32 {
        if self.is_rdna() { 2 } else { 4 }
    }

    /// Cycles for which a plain vector instruction of a wave occupies its unit.
    pub fn vector_cycles(self, lanes: u32) -> f64 {
        f64::from(lanes * self.simds()) / 64.0
    }

    /// Cycles for which a scalar instruction occupies its unit: GCN serves each of four vector units every fourth cycle.
    pub fn scalar_cycles(self) -> f64 {
        if self.is_rdna() { 1.0 } else { 4.0 }
    }

    /// Waves of one vector unit for which there are registers.
    pub fn waves(self, lanes: u32, registers: u32) -> u32 {
        let (slots, in_all, granule) = match self.generation {
            Generation::Gcn4 | Generation::Gcn5 => (10, 256, 4),
            Generation::Rdna1 => (20, 32_768 / lanes, if lanes == 32 { 8 } else { 4 }),
            Generation::Rdna3 => (16, 49_152 / lanes, if lanes == 32 { 24 } else { 12 }),
            Generation::Rdna2 => (16, 32_768 / lanes, if lanes == 32 { 16 } else { 8 }),
        };
        (in_all / registers.max(1).next_multiple_of(granule)).min(slots)
    }
}

/// Bytes of workgroup memory of a compute unit.
pub const LOCAL_BYTES: u32 = 65_536;
/// Bytes a cycle that a compute unit moves from and to its workgroup memory.
pub const LOCAL_RATE: f64 = 128.0;
/// Bytes a cycle that a compute unit moves from and to its vector cache.
pub const CACHE_RATE: f64 = 64.0;
/// Cycles until a value has come from a buffer (mostly the second cache), workgroup memory, the scalar cache.
pub const MEMORY_LATENCY: f64 = 300.0;
pub const LOCAL_LATENCY: f64 = 64.0;
pub const SCALAR_LATENCY: f64 = 100.0;
