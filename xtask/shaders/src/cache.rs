//! Which buffers a GPU's last cache holds.

use crate::family::Family;

/// The memories that were used last, the oldest first, with their bytes.
pub struct Cache {
    held: Vec<(String, u64)>,
    room: u64,
}

impl Cache {
    pub fn new(family: Family) -> Self {
        Self { held: Vec::new(), room: family.last.map_or(0, |(bytes, _)| bytes) }
    }

    /// Uses buffers. Returns the bytes of those that were not held, and of those that were.
    pub fn take(&mut self, buffers: &[(String, u64)]) -> [u64; 2] {
        let mut bytes = [0; 2];
        for (memory, size) in buffers {
            let at = self.held.iter().position(|(held, _)| held == memory);
            bytes[usize::from(at.is_some())] += size;
            if let Some(at) = at {
                self.held.remove(at);
            }
            self.held.push((memory.clone(), *size));
            while self.held.iter().map(|(_, size)| size).sum::<u64>() > self.room {
                self.held.remove(0);
            }
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::family::FAMILIES;

    #[test]
    fn the_oldest_leave_first() {
        let mut cache = Cache::new(FAMILIES[3]);
        let buffer = |name: &str, mebibytes: u64| (name.to_owned(), mebibytes << 20);
        let mut take = |buffers: &[(String, u64)]| cache.take(buffers).map(|bytes| bytes >> 20);
        assert_eq!(take(&[buffer("a", 50), buffer("b", 50)]), [100, 0]);
        assert_eq!(take(&[buffer("a", 50), buffer("c", 50)]), [50, 50]);
        assert_eq!(take(&[buffer("a", 50), buffer("b", 50)]), [50, 50]);
        assert_eq!(take(&[buffer("d", 500), buffer("d", 500)]), [1000, 0]);
        assert_eq!(
            Cache::new(FAMILIES[0]).take(&[buffer("a", 1), buffer("a", 1)]).map(|bytes| bytes >> 20),
            [2, 0]
        );
    }
}
