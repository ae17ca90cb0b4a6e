//! The memory of a computation that is repeated.

use std::cell::RefCell;

use cubecl::server::Handle;

thread_local! {
    /// The memory of the computation that this thread is in.
    static CURRENT: RefCell<Option<Arena>> = const { RefCell::new(None) };
}

/// The memory of a computation. In its first run it allocates, and uses again what is free. In later runs every buffer gets
/// the memory that it had in the first one, and nothing is allocated.
#[derive(Debug, Default)]
pub struct Arena {
    memory: Vec<Memory>,
    /// The memory of each buffer, as an index, in the order in which they are made.
    order: Vec<usize>,
    /// The next buffer's index in `order`; `None` in the first run.
    next: Option<usize>,
    uploads: bool,
}

#[derive(Debug)]
struct Memory {
    handle: Handle,
    /// See [`Buffer::new_persistent`](super::Buffer::new_persistent).
    persistent: bool,
}

impl Arena {
    /// Runs a computation, whose buffers get memory of this arena. `work` must make the same buffers each time.
    pub fn run<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let outer = CURRENT.replace(Some(std::mem::take(self)));
        let result = work();
        *self = CURRENT.replace(outer).expect("nobody else takes it");
        self.next = Some(0);
        result
    }

    /// Whether the computation uploads values.
    pub fn uploads(&self) -> bool {
        self.uploads
    }

    fn take(&mut self, bytes: usize, persistent: bool, allocate: impl FnOnce() -> Handle) -> Handle {
        let size = |memory: &Memory| memory.handle.size_in_used() as usize;
        let index = if let Some(next) = &mut self.next {
            let index = self.order[*next];
            *next += 1;
            index
        } else {
            let fits =
                |memory: &Memory| if persistent { size(memory) == bytes } else { size(memory) >= bytes };
            let free = self.memory.iter().enumerate().filter(|(_, memory)| {
                memory.persistent == persistent && fits(memory) && memory.handle.can_mut()
            });
            let index = free.min_by_key(|(_, memory)| size(memory)).map(|(index, _)| index);
            let index = index.unwrap_or_else(|| {
                self.memory.push(Memory { handle: allocate(), persistent });
                self.memory.len() - 1
            });
            self.order.push(index);
            index
        };
        let handle = self.memory[index].handle.clone();
        let rest = handle.size_in_used() - bytes as u64;
        if rest == 0 { handle } else { handle.offset_end(rest) }
    }
}

/// Memory for a buffer: of the computation that this thread is in, or allocated.
pub fn memory(bytes: usize, persistent: bool, allocate: impl FnOnce() -> Handle) -> Handle {
    CURRENT.with_borrow_mut(|arena| match arena {
        Some(arena) => arena.take(bytes, persistent, allocate),
        None => allocate(),
    })
}

/// Notes that the computation that this thread is in uploads values.
pub fn note_upload() {
    CURRENT.with_borrow_mut(|arena| {
        if let Some(arena) = arena {
            arena.uploads = true;
        }
    });
}
