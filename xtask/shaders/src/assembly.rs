//! Reads the disassembly of a kernel: its blocks, its loops, and what kind each instruction is of.

use std::collections::HashMap;

use crate::family::Generation;

/// What an instruction keeps busy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// The vector unit: so many multiply-adds of a lane (0 for anything else), in the time of so many plain instructions.
    Vector {
        multiply_adds: u32,
        cost: u32,
        sort: Sort,
    },
    /// The scalar unit.
    Scalar,
    /// A load through the scalar cache.
    ScalarLoad,
    /// Buffers, by so many bytes a lane.
    Memory {
        bytes: u32,
        load: bool,
    },
    /// Workgroup memory, by so many bytes a lane.
    Local {
        bytes: u32,
        load: bool,
    },
    /// Waits until at most so many loads are under way, of buffers and of the rest.
    Wait {
        memory: Option<usize>,
        local: Option<usize>,
    },
    Barrier,
    /// A jump to a block.
    Branch(usize),
    /// Costs nothing here.
    Other,
}

/// What a vector instruction is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Arithmetic with floats.
    Float,
    /// Arithmetic with integers and bits: addresses, conditions, conversions of 16-bit maps.
    Integer,
    /// Copies.
    Move,
}

/// A loop: the instructions `start..end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loop {
    pub start: usize,
    pub end: usize,
}

/// A kernel's instructions.
#[derive(Clone, Debug)]
pub struct Program {
    pub kinds: Vec<Kind>,
    /// By their starts; a loop stands before those within it.
    pub loops: Vec<Loop>,
}

impl Program {
    pub fn parse(text: &str, generation: Generation) -> Self {
        let mut kinds = Vec::new();
        let mut starts = HashMap::new();
        for line in text.lines() {
            let line = line.split(';').next().unwrap_or_default().trim();
            if let Some(block) = line.strip_prefix("BB").and_then(|rest| rest.strip_suffix(':')) {
                starts.insert(block.parse().unwrap_or(usize::MAX), kinds.len());
            } else if !line.is_empty() {
                kinds.push(kind(line, generation));
            }
        }
        let mut ends: HashMap<usize, Loop> = HashMap::new();
        for (at, kind) in kinds.iter().enumerate() {
            if let Kind::Branch(block) = kind
                && let Some(&start) = starts.get(block)
                && start <= at
            {
                // By block: an outer loop and the one that it begins with may start at the same instruction.
                let found = ends.entry(*block).or_insert(Loop { start, end: 0 });
                found.end = (at + 1).max(found.end);
            }
        }
        let mut loops: Vec<Loop> = ends.into_values().collect();
        loops.sort_by_key(|one| (one.start, usize::MAX - one.end));
        Self { kinds, loops }
    }

    /// The loops without a loop within them.
    pub fn innermost(&self) -> impl Iterator<Item = Loop> {
        let within =
            |outer: Loop, inner: Loop| outer != inner && outer.start <= inner.start && inner.end <= outer.end;
        self.loops.iter().copied().filter(move |&outer| !self.loops.iter().any(|&inner| within(outer, inner)))
    }
}

fn kind(line: &str, generation: Generation) -> Kind {
    let (name, operands) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let name = name
        .trim_end_matches("_e32")
        .trim_end_matches("_e64")
        .trim_end_matches("_sdwa")
        .trim_end_matches("_dpp");
    if name.starts_with("v_") {
        return vector(name, generation);
    }
    if name.starts_with("buffer_") || name.starts_with("global_") || name.starts_with("scratch_") {
        return Kind::Memory { bytes: width(name), load: name.contains("_load") };
    }
    if let Some(rest) = name.strip_prefix("ds_") {
        let two =
            if rest.contains("read2") || rest.contains("write2") || rest.contains("_2addr") { 2 } else { 1 };
        let load = !(rest.starts_with("write") || rest.starts_with("store"));
        return Kind::Local { bytes: two * width(name), load };
    }
    match name {
        "s_waitcnt" => wait(operands),
        "s_barrier" => Kind::Barrier,
        "s_nop" | "s_clause" | "s_inst_prefetch" | "s_endpgm" | "s_delay_alu" | "s_waitcnt_depctr"
        | "s_waitcnt_vscnt" => Kind::Other,
        _ if name.starts_with("s_cbranch") || name == "s_branch" => {
            let block = operands.trim().strip_prefix("BB").and_then(|block| block.parse().ok());
            block.map_or(Kind::Scalar, Kind::Branch)
        }
        _ if name.starts_with("s_load") || name.starts_with("s_buffer_load") => Kind::ScalarLoad,
        _ if name.starts_with("s_") => Kind::Scalar,
        _ => Kind::Other,
    }
}

fn vector(name: &str, generation: Generation) -> Kind {
    let starts = |all: &[&str]| all.iter().any(|start| name.starts_with(start));
    let multiply_adds = if starts(&["v_pk_fma_f16", "v_dot2"]) {
        2
    } else {
        let one = starts(&["v_fma", "v_mac_f", "v_mad_f", "v_madak", "v_madmk", "v_mad_mix"]);
        u32::from(one && !name.contains("f64"))
    };
    // Published rates: a quarter for what is rare, and for a fused multiply-add before Vega.
    let quarter = starts(&[
        "v_rcp",
        "v_rsq",
        "v_sqrt",
        "v_exp",
        "v_log",
        "v_sin",
        "v_cos",
        "v_mul_lo_u32",
        "v_mul_hi",
        "v_mad_u64",
        "v_mul_lo_i32",
        "v_mad_i64",
    ]);
    let slow = generation == Generation::Gcn4 && starts(&["v_fma_f32"]);
    let cost = if name.contains("f64") { 16 } else { 1 + 3 * u32::from(quarter || slow) };
    let sort = match name {
        _ if starts(&["v_mov", "v_swap", "v_accvgpr", "v_readlane", "v_readfirstlane", "v_writelane"]) => {
            Sort::Move
        }
        _ if multiply_adds > 0 || name.contains("_f32") || name.contains("_f16") => Sort::Float,
        _ => Sort::Integer,
    };
    Kind::Vector { multiply_adds, cost, sort }
}

/// Bytes of a lane, by the name's ending.
fn width(name: &str) -> u32 {
    let endings = [("x2", 8), ("x3", 12), ("x4", 16), ("b64", 8), ("b96", 12), ("b128", 16)];
    endings.iter().find(|(ending, _)| name.ends_with(ending)).map_or(4, |&(_, bytes)| bytes)
}

fn wait(operands: &str) -> Kind {
    let count = |name: &str| {
        let (_, rest) = operands.split_once(name)?;
        rest.split(')').next()?.parse().ok()
    };
    Kind::Wait { memory: count("vmcnt("), local: count("lgkmcnt(") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loops_and_kinds_are_found() {
        let text = "BB0:\n\tv_mov_b32_e32 v2, -1 ; 7e\nBB7:\n\ts_cbranch_scc0 BB9 ; bf\nBB8:\n\tds_read_b128 v[0:3], v1\n\
            \ts_waitcnt vmcnt(2) lgkmcnt(0)\n\tv_fmac_f32_e32 v6, v12, v16\n\ts_branch BB8\n\ts_branch BB7\nBB9:\n\
            \tbuffer_store_dwordx4 v[4:7], v2, s[0:3], 0 glc\n\ts_endpgm\n";
        let program = Program::parse(text, Generation::Rdna2);
        assert_eq!(program.loops, [Loop { start: 1, end: 7 }, Loop { start: 2, end: 6 }]);
        assert_eq!(program.innermost().collect::<Vec<_>>(), [Loop { start: 2, end: 6 }]);
        assert_eq!(program.kinds[2], Kind::Local { bytes: 16, load: true });
        assert_eq!(program.kinds[3], Kind::Wait { memory: Some(2), local: Some(0) });
        assert_eq!(program.kinds[4], Kind::Vector { multiply_adds: 1, cost: 1, sort: Sort::Float });
        assert_eq!(program.kinds[7], Kind::Memory { bytes: 16, load: false });
    }
}
